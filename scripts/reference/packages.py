"""Compares Thimble with packages beside Keras: their layers, and the models that they build.

usage: packages.py THIMBLE [NAME...]

Without names: all of them, and docs/conformance-packages.md is written. Exit code 1 when one is off.
"""

import importlib
import json
import platform
import sys
import tempfile
import time
from pathlib import Path

from verifying import TOLERANCE, compare_all, difference, measured, passed, verify

PAGE = Path("docs/conformance-packages.md")

# Families of keras-cv-attention-models: a small model of each, and the least size of its images.
ATTENTION_MODELS = {
    "beit.ViTTinyPatch16": 96, "beit.EVA02TinyPatch14": 56, "beit.DINOv2_ViT_Small14": 56, "beit.BeitBasePatch16": 64,
    "botnet.BotNet26T": 96, "caformer.CAFormerS18": 96, "cmt.CMTTiny": 96, "coat.CoaTLiteTiny": 64,
    "coatnet.CoAtNet0": 96, "convnext.ConvNeXtTiny": 96, "convnext.ConvNeXtV2Atto": 96, "cotnet.CotNet50": 96,
    "cspnext.CSPNeXtTiny": 96, "davit.DaViT_T": 224, "edgenext.EdgeNeXt_XX_Small": 96,
    "efficientformer.EfficientFormerL1": 96, "efficientformer.EfficientFormerV2S0": 224,
    "efficientnet.EfficientNetV1B0": 96, "efficientnet.EfficientNetV2B0": 96, "efficientvit.EfficientViT_B0": 96,
    "efficientvit.EfficientViT_M0": 96, "fasternet.FasterNetT0": 96, "fastervit.FasterViT0": 224,
    "fastvit.FastViT_T8": 96, "gcvit.GCViT_XXTiny": 224, "ghostnet.GhostNetV2_100": 96, "ghostnet.GhostNet_100": 96,
    "gpvit.GPViT_L1": 64, "hiera.HieraTiny": 224, "hornet.HorNetTiny": 96, "iformer.IFormerSmall": 96,
    "inceptionnext.InceptionNeXtTiny": 96, "levit.LeViT128S": 224, "maxvit.MaxViT_Tiny": 224,
    "mlp_family.MLPMixerS32": 96, "mlp_family.ResMLP12": 96, "mlp_family.GMLPTiny16": 64, "mlp_family.WaveMLP_T": 96,
    "mobilenetv3_family.MobileNetV3Small050": 96, "mobilenetv3_family.LCNet050": 96,
    "mobilenetv3_family.TinyNetE": 96, "mobilevit.MobileViT_XXS": 96, "mobilevit.MobileViT_V2_050": 96,
    "moganet.MogaNetXtiny": 96, "nat.NAT_Mini": 224, "nat.DiNAT_Mini": 224, "nfnets.ECA_NFNetL0": 96,
    "pvt.PVT_V2B0": 96, "repvit.RepViT_M09": 96, "resnest.ResNest50": 96, "resnet_family.RegNetY040": 96,
    "resnet_family.ResNet50D": 96, "resnet_family.RegNetZB16": 96,
    "swin_transformer_v2.SwinTransformerV2Tiny_window8": 256, "tinyvit.TinyViT_5M": 224,
    "uniformer.UniformerSmall32": 96, "vanillanet.VanillaNet5": 96, "volo.VOLO_d1": 224,
}


def attention_model(name):
    module, model = name.split(".")
    model = getattr(importlib.import_module("keras_cv_attention_models." + module), model)
    size = ATTENTION_MODELS[name]
    return model(input_shape=(size, size, 3), pretrained=None, num_classes=7)


def efficientnet(name):
    import efficientnet.tfkeras as package

    return getattr(package, name)(weights=None, input_shape=(96, 96, 3), classes=7)


def image_layer(layer):
    """A layer behind a convolution."""
    from tensorflow import keras

    x = keras.Input((8, 8, 6))
    return keras.Model(x, layer(keras.layers.Conv2D(6, 3, padding="same")(x)))


def addons(name):
    import numpy
    import tensorflow_addons as package
    from tensorflow import keras

    layers = package.layers
    if hasattr(package.activations, name):
        function = getattr(package.activations, name)
        return image_layer(keras.layers.Conv2D(5, 1, activation=function))
    if name == "StochasticDepth":
        x = keras.Input((8, 8, 6))
        return keras.Model(x, layers.StochasticDepth(0.7)([x, keras.layers.Conv2D(6, 3, padding="same")(x)]))
    if name == "MultiHeadAttention":
        x = keras.Input((8, 6))
        return keras.Model(x, layers.MultiHeadAttention(5, 3)([x, keras.layers.Dense(7)(x)]))
    arguments = {
        "GroupNormalization": {"groups": 3}, "FilterResponseNormalization": {"learned_epsilon": True},
        "TLU": {"affine": True}, "Maxout": {"num_units": 3}, "AdaptiveAveragePooling2D": {"output_size": 4},
        "AdaptiveMaxPooling2D": {"output_size": (2, 4)},
        "SpectralNormalization": {"layer": keras.layers.Conv2D(4, 3)},
        "WeightNormalization": {"layer": keras.layers.Conv2D(4, 3)},
    }
    model = image_layer(getattr(layers, name)(**arguments.get(name, {})))
    if name == "WeightNormalization":
        # The first call initialises its weights.
        model.predict(numpy.random.default_rng(1).normal(size=(2, 8, 8, 6)).astype("float32"), verbose=0)
    return model


ADDONS = [
    "GELU", "GroupNormalization", "InstanceNormalization", "FilterResponseNormalization", "SpectralNormalization",
    "WeightNormalization", "StochasticDepth", "MultiHeadAttention", "Maxout", "TLU", "Snake",
    "AdaptiveAveragePooling2D", "AdaptiveMaxPooling2D", "mish", "lisht", "rrelu", "snake", "hardshrink", "softshrink",
    "tanhshrink",
]


def pruned(name):
    import numpy
    import tensorflow_model_optimization as package
    from tensorflow import keras

    layers = keras.layers
    model = package.sparsity.keras.prune_low_magnitude(keras.Sequential([
        keras.Input((12, 12, 3)), layers.Conv2D(6, 3), layers.BatchNormalization(), layers.ReLU(),
        layers.DepthwiseConv2D(3), layers.SeparableConv2D(5, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dropout(0.3), layers.Dense(7, activation="softmax"),
    ]), pruning_schedule=package.sparsity.keras.ConstantSparsity(0.5, 0, frequency=1))
    if name == "trained":
        generator = numpy.random.default_rng(1)
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(
            generator.normal(size=(32, 12, 12, 3)), generator.integers(0, 7, 32), verbose=0,
            callbacks=[package.sparsity.keras.UpdatePruningStep()])
    return model


def autokeras(name):
    from autokeras import keras_layers as package
    from tensorflow import keras

    x = keras.Input((16, 16))
    y = keras.layers.Conv2D(4, 3, activation="relu")(package.ExpandLastDim()(package.CastToFloat32()(x)))
    return keras.Model(x, keras.layers.Dense(3, activation="softmax")(keras.layers.GlobalAveragePooling2D()(y)))


def vit(name):
    from vit_keras import vit as package

    return getattr(package, name)(image_size=64, classes=5, pretrained=False, pretrained_top=False, activation="softmax")


# What is compared, and what builds it.
PACKAGES = {
    "efficientnet": (efficientnet, ["EfficientNetB0", "EfficientNetB3"]),
    "tensorflow_addons": (addons, ADDONS),
    "tensorflow_model_optimization": (pruned, ["pruned", "trained"]),
    "autokeras": (autokeras, ["classifier"]),
    "vit_keras": (vit, ["vit_b32"]),
    "keras_cv_attention_models": (attention_model, list(ATTENTION_MODELS)),
}


# Keras moves the kernel to another place of the other kind of file, which is refused.
ONLY_H5 = ["tensorflow_addons:WeightNormalization"]


# In a process of its own for each model, so that its memory is given back.


def randomized(model, generator):
    """Gives every weight a value that matters to the outputs."""
    import numpy

    for variable in model.weights:
        kind, shape = variable.name.split("/")[-1], variable.shape
        if not variable.dtype.is_floating:
            continue
        if "variance" in kind:
            values = generator.uniform(0.5, 1.5, shape)
        elif "gamma" in kind or kind.startswith(("g:", "gain", "weight:")):
            values = generator.uniform(0.7, 1.3, shape)
        elif "mask" in kind:
            values = generator.uniform(size=shape) > 0.5
        elif "kernel" in kind and len(shape) > 1:
            inner = numpy.prod(shape[:2] if "depthwise" in kind else shape[:-1])
            values = generator.normal(0, 1 / numpy.sqrt(inner), shape)
        else:
            values = generator.normal(0, 0.1, shape)
        variable.assign(values.astype("float32"))


def damped(model):
    """Makes what is added to what skipped it small, as training does: else rounding errors grow from block to block."""
    from tensorflow import keras

    for addition in model.layers:
        if not isinstance(addition, keras.layers.Add):
            continue
        for layer in addition.inbound_nodes[0].inbound_layers:
            while not layer.weights and not isinstance(layer.inbound_nodes[0].inbound_layers, list):
                layer = layer.inbound_nodes[0].inbound_layers
            if len(layer.outbound_nodes) > 1:
                continue
            for variable in layer.weights:
                if variable.name.split("/")[-1].startswith(("gamma", "kernel", "weight", "gain")):
                    variable.assign(0.15 * variable)


def settled(model, x):
    """Statistics as a training would leave them, or values grow or vanish over a hundred layers."""
    from tensorflow import keras

    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in norms:
        layer.momentum_, layer.momentum = layer.momentum, 0.0
    if norms:
        model(x, training=True)
    for layer in norms:
        layer.momentum = layer.momentum_


def spread(model, x):
    """Lets the classes differ, or a probability of 1 would hide every fault."""
    from tensorflow import keras

    last = model.layers[-1]
    if not isinstance(last, keras.layers.Dense) or last.activation is not keras.activations.softmax:
        return
    last.activation = keras.activations.linear
    factor = 1.5 / float(model(x, training=False).numpy().std())
    last.activation = keras.activations.softmax
    for variable in last.weights:
        variable.assign(variable.numpy() * factor)


def exact(name, model, x):
    """What the package computes in float64: in float32 its own rounding is sometimes more than is allowed."""
    from tensorflow import keras

    weights = model.get_weights()
    keras.backend.set_floatx("float64")
    twin = attention_model(name)
    twin.set_weights(weights)
    return twin(x.astype("float64"), training=False).numpy().astype("float32")


def compare(thimble, name):
    """Prints a row about one model as JSON."""
    import numpy
    from tensorflow import keras

    package, model_name = name.split(":")
    keras.utils.set_random_seed(1)
    generator = numpy.random.default_rng(1)
    model = PACKAGES[package][0](model_name)
    x = generator.normal(0, 1, (2, *model.input_shape[1:])).astype("float32")
    if model_name != "trained":
        randomized(model, generator)
        damped(model)
        settled(model, x)
        spread(model, x)
    kinds = ("h5",) if name in ONLY_H5 else ("h5", "keras")
    row = {"name": name, "parameters": model.count_params(), "input": list(x.shape[1:]), "files": {}}
    with tempfile.TemporaryDirectory(prefix="thimble-conformance-") as folder:
        for kind in kinds:
            model.save(f"{folder}/model.{kind}")
        # After the files: tfmot's wrapper applies its masks to the kernels when it is called.
        expected = model.predict(x, verbose=0)
        row["largest"] = float(abs(expected).max())
        numpy.save(f"{folder}/x.npy", x)
        numpy.save(f"{folder}/y.npy", expected)
        row["files"] = {kind: verify(thimble, f"{folder}/model.{kind}", folder) for kind in kinds}
        if package == "keras_cv_attention_models" and not passed(row):
            precise = exact(model_name, model, x)
            row["keras"] = float(abs(expected - precise).max())
            numpy.save(f"{folder}/y.npy", precise)
            row["files"] = {kind: verify(thimble, f"{folder}/model.{kind}", folder) for kind in kinds}
    print(json.dumps(row))


# The parent.


def cells(row):
    package, model = row["name"].split(":")
    if "reason" in row:
        return [package, model, "", "", "", row["reason"], "", "not compared"]
    return [
        package, model, f"{row['parameters'] / 1e6:.1f} M", " x ".join(map(str, row["input"])), f"{row['largest']:.3f}",
        *(difference(row["files"].get(kind)) for kind in ("h5", "keras")),
        ("yes" if within(row) else "NO") + (f" ({row['keras']:.1e})" if "keras" in row else "")]


def within(row):
    """Whether a model has passed, or is about as near to what the package computes in float64 as its own float32 is."""
    return passed(row, max(TOLERANCE, 2 * row.get("keras", 0)))


TITLES = ["package", "model or layer", "parameters", "input", "largest output", ".h5", ".keras", "passed"]


def write_page(rows):
    versions = [line.strip() for line in open(Path(__file__).with_name("packages-requirements.txt")) if "==" in line]
    lines = [
        "# Conformance with packages beside Keras", "",
        "Layers of these packages, and a small model of each of their families, with seeded weights, saved by Keras 2 as",
        "`.h5` and as `.keras`, run by `thimble verify`. The columns of the files hold the largest absolute difference of",
        f"an output from the package's own, and {TOLERANCE:g} is allowed. Where it was more, because random weights magnify",
        "rounding, the package computed in float64, and the difference is from that; the number in parentheses is then the",
        "difference of the package's own float32, of which twice as much is allowed. `scripts/conformance` (`make conformance`)",
        "writes this page.", "", f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {', '.join(versions)}.", "",
        "| " + " | ".join(TITLES) + " |", "| --- | --- | ---: | --- | ---: | ---: | ---: | --- |"]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    PAGE.write_text("\n".join(lines) + "\n")


def main():
    thimble = sys.argv[1]
    if sys.argv[2:3] == ["--one"]:
        return compare(thimble, sys.argv[3])
    names = [f"{package}:{model}" for package, (_, models) in PACKAGES.items() for model in models]
    compare_all(names, lambda name: measured(__file__, thimble, name), cells, write_page, within)


main()
