"""Compares Thimble with Keras on the models of keras.applications.

usage: applications.py THIMBLE [MODEL...]

Without names: all of them, and docs/conformance.md is written. Exit code 1 when one is off.
"""

import json
import platform
import sys
import tempfile
import time
from pathlib import Path

from verifying import TOLERANCE, compare_all, difference, measured, passed, verify

PAGE = Path("docs/conformance.md")


def application_names():
    import keras

    names = [n for n in dir(keras.applications) if n[0].isupper() and callable(getattr(keras.applications, n))]
    return sorted(names) + ["InceptionResNetV2 (Lambda)"]


# In a process of its own for each model, so that its memory is given back.


def seeded(name):
    """A model whose every weight matters to its outputs."""
    import keras
    import numpy

    keras.utils.set_random_seed(1)
    model = getattr(keras.applications, name)(weights=None)
    generator = numpy.random.default_rng(1)
    branches = ends_of_branches(model)
    for layer in model.layers:
        for variable in layer.weights:
            kind = variable.path.rsplit("/", 1)[1]
            if kind == "gamma":
                # ConvNeXt's scales begin at 1e-6, which would leave its blocks out.
                low, high = (0.1, 0.2) if type(layer).__name__ == "LayerScale" or layer in branches else (0.7, 1.3)
                variable.assign(generator.uniform(low, high, variable.shape))
            elif kind == "kernel" and layer in branches:
                variable.assign(0.1 * variable)
            elif kind in ("beta", "bias"):
                variable.assign(generator.normal(0, 0.1, variable.shape))
    size = [side or 224 for side in model.input_shape[1:3]]
    # Large shapes with grain: from grain alone maps become even all over, and normalising what is left of their
    # variance would magnify rounding errors without bound.
    shapes = generator.uniform(-40, 295, (1, 9, 9, 3)).astype("float32")
    grain = generator.uniform(-30, 30, (1, *size, 3))
    image = (numpy.asarray(keras.ops.image.resize(shapes, size)) + grain).clip(0, 255).astype("float32")
    image = numpy.asarray(getattr(keras.applications, module_of(name)).preprocess_input(image.copy()))

    # Statistics as a training would leave them, or values grow or vanish over a hundred layers.
    normalisations = [l for l in model.layers if isinstance(l, keras.layers.BatchNormalization)]
    for layer in normalisations:
        layer.momentum_, layer.momentum = layer.momentum, 0.0
    if normalisations:
        model(image, training=True)
    for layer in normalisations:
        layer.momentum = layer.momentum_
        mean, variance = (numpy.asarray(v) for v in (layer.moving_mean, layer.moving_variance))
        layer.moving_mean.assign(mean + generator.normal(0, 0.1, mean.shape) * numpy.sqrt(variance))
        layer.moving_variance.assign(variance * generator.uniform(0.8, 1.2, variance.shape) + 1e-3)

    # Spread the classes, or a probability of 1/1000 each would hide every fault; and not too far, or one of 1 would.
    softmax = [l for l in model.layers if getattr(l, "activation", None) is keras.activations.softmax][-1]
    softmax.activation = keras.activations.linear
    logits = numpy.asarray(model(image, training=False))
    softmax.activation = keras.activations.softmax
    spread = 2.0 / float(logits.std())
    last = [l for l in model.layers if any(v.path.endswith("kernel") for v in l.weights)][-1]
    for variable in last.weights:
        variable.assign(numpy.asarray(variable) * spread)
    return model, image, numpy.asarray(model(image, training=False))


def exact(name, model, image):
    """What Keras computes in float64: in float32 its own rounding is sometimes more than is allowed."""
    import keras
    import numpy

    keras.config.set_dtype_policy("float64")
    twin = getattr(keras.applications, name)(weights=None)
    keras.config.set_dtype_policy("float32")
    twin.set_weights(model.get_weights())
    return numpy.asarray(twin(image.astype("float64"), training=False)).astype("float32")


def ends_of_branches(model):
    """The layers with weights whose results are added to what skipped them.

    At random they are as large as it, and a rounding error grows from block to block: EfficientNetB6 in float32 is
    then 0.05 off itself in float64. Training makes them small.
    """
    import keras

    found = []
    for addition in model.layers:
        if not isinstance(addition, keras.layers.Add):
            continue
        ends = [tensor._keras_history.operation for tensor in addition.input]
        # What skips is read by the branch too.
        if max(len(end._outbound_nodes) for end in ends) == 1:
            continue
        for layer in ends:
            if len(layer._outbound_nodes) > 1:
                continue
            while not layer.weights and isinstance(layer.input, keras.KerasTensor):
                layer = layer.input._keras_history.operation
            found.append(layer)
    return found


def module_of(name):
    import keras

    if name.startswith("MobileNetV3"):  # which its module does not name
        return "mobilenet_v3"
    for module in dir(keras.applications):
        value = getattr(keras.applications, module)
        if hasattr(value, "preprocess_input") and hasattr(value, name):
            return module
    raise LookupError(name)


def with_lambdas(path):
    """Turns InceptionResNetV2's layers of Keras 3 into the Lambdas that Keras 2 saved."""
    import base64
    import marshal

    import h5py

    code = base64.b64encode(marshal.dumps((lambda inputs, scale: inputs[0] + inputs[1] * scale).__code__)).decode()
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        names = [f"block{block}_{index + 1}" for block, count in ((35, 10), (17, 20), (8, 10)) for index in range(count)]
        new = {}
        for layer in config["config"]["layers"]:
            if layer["class_name"] != "CustomScaleLayer":
                continue
            new[layer["name"]] = names.pop(0)
            sources = [t["config"]["keras_history"] for t in layer["inbound_nodes"][0]["args"][0]]
            scale = layer["config"]["scale"]
            layer.update(
                class_name="Lambda",
                inbound_nodes=[[[*source, {}] for source in sources]],
                config={
                    "name": layer["config"]["name"], "trainable": True, "dtype": "float32",
                    "function": [code, None, None], "function_type": "lambda",
                    "module": "keras.applications.inception_resnet_v2",
                    "output_shape": None, "output_shape_type": "raw", "output_shape_module": None,
                    "arguments": {"scale": scale},
                },
            )
        text = json.dumps(config)
        for old, name in new.items():
            text = text.replace(f'"{old}"', f'"{name}"')
        file.attrs["model_config"] = text
        file.attrs["keras_version"] = "2.15.0"


def compare(thimble, name):
    """Prints a row about one model as JSON."""
    import numpy

    base = name.split()[0]
    model, image, expected = seeded(base)
    row = {"name": name, "parameters": model.count_params(), "input": list(image.shape[1:3]),
           "largest": float(expected.max())}
    with tempfile.TemporaryDirectory(prefix="thimble-conformance-") as folder:
        paths = {}
        for kind in ("h5",) if name != base else ("h5", "keras"):
            paths[kind] = f"{folder}/model.{kind}"
            model.save(paths[kind])
            if name != base:
                with_lambdas(paths[kind])
        numpy.save(f"{folder}/x.npy", image)
        numpy.save(f"{folder}/y.npy", expected)
        row["files"] = {kind: verify(thimble, path, folder) for kind, path in paths.items()}
        if not passed(row):
            precise = exact(base, model, image)
            row["keras"] = float(abs(expected - precise).max())
            numpy.save(f"{folder}/y.npy", precise)
            row["files"] = {kind: verify(thimble, path, folder) for kind, path in paths.items()}
    print(json.dumps(row))


# The parent.


def cells(row):
    if "reason" in row:
        return [row["name"], "", "", "", row["reason"], "", "not compared"]
    return [
        row["name"], f"{row['parameters'] / 1e6:.1f} M", "{} x {}".format(*row["input"]), f"{row['largest']:.3f}",
        difference(row["files"].get("h5")), difference(row["files"].get("keras")),
        ("yes" if passed(row) else "NO") + (f" ({row['keras']:.1e})" if "keras" in row else "")]


TITLES = ["model", "parameters", "input", "largest probability", ".h5", ".keras", "passed"]


def write_page(rows):
    import h5py
    import keras
    import numpy
    import tensorflow

    versions = ", ".join(f"{m.__name__} {m.__version__}" for m in (keras, tensorflow, numpy, h5py))
    lines = [
        "# Conformance with Keras", "",
        "Every model of `keras.applications` with seeded weights (batch-norm statistics included), saved by Keras",
        "as `.h5` and as `.keras`, run by `thimble verify`. The columns of the files hold the largest absolute difference",
        f"of a probability from Keras' own, and {TOLERANCE:g} is allowed. Where it was more, Keras computed in float64, and the",
        "difference is from that; the number in parentheses is then the difference of Keras' float32.",
        "`InceptionResNetV2 (Lambda)` is the form that Keras 2 saved. `scripts/conformance` (`make conformance`) writes",
        "this page.", "",
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {versions}.", "",
        "| " + " | ".join(TITLES) + " |", "| --- | ---: | --- | ---: | ---: | ---: | --- |"]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    PAGE.parent.mkdir(exist_ok=True)
    # Other scripts write the parts that follow.
    parts = PAGE.read_text().partition("\n## ") if PAGE.exists() else ("", "", "")
    PAGE.write_text("\n".join(lines) + "\n" + parts[1] + parts[2])


def main():
    thimble = sys.argv[1]
    if sys.argv[2:3] == ["--one"]:
        return compare(thimble, sys.argv[3])
    compare_all(application_names(), lambda name: measured(__file__, thimble, name), cells, write_page, passed)


main()
