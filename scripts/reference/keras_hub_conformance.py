"""Compares Thimble with KerasHub, whose files hold a model's constructor arguments and no graph.

usage: keras_hub_conformance.py THIMBLE [MODEL...]

Each model of keras_hub_models.py gets seeded weights, and is saved as an image classifier with a preprocessor, as its
backbone alone, and as a part of another model. Without names the page's part about KerasHub is written. Exit code 1
when one is off.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from keras_hub_models import MODELS
from verifying import TOLERANCE, compare_all

PAGE = Path("docs/conformance.md")
TITLE = "## KerasHub"
SIZE = (56, 72)
FORMS = ["classifier", "backbone", "part"]


def built(name):
    """A backbone, and the classifier on top of it, whose every weight matters."""
    import keras
    import keras_hub
    import numpy

    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    generator = numpy.random.default_rng(1)
    family, arguments, head = MODELS[name]
    backbone = getattr(keras_hub.models, family + "Backbone")(**arguments)
    size = [side or default for side, default in zip(backbone.input_shape[1:3], SIZE)]
    converter = getattr(keras_hub.layers, family + "ImageConverter")(image_size=size, scale=1 / 127.5, offset=-1.0)
    preprocessor = getattr(keras_hub.models, family + "ImageClassifierPreprocessor")(converter)
    softmax = {} if family == "MobileNet" else {"activation": "softmax"}
    classifier = getattr(keras_hub.models, family + "ImageClassifier")(
        backbone=backbone, num_classes=10, **softmax, **{**head, "preprocessor": preprocessor})
    for variable in classifier.weights:
        kind = variable.path.rsplit("/", 1)[1]
        if kind in ("gamma", "scale", "moving_variance"):
            variable.assign(generator.uniform(0.7, 1.3, variable.shape))
        elif "kernel" not in kind and "seed" not in kind:
            variable.assign(generator.normal(0, 0.2, variable.shape))
    image = generator.integers(0, 256, (2, *size, 3)).astype("float32")
    scaled = image / 127.5 - 1
    # Statistics as a training would leave them, but not exactly.
    normalisations = [l for l in classifier._flatten_layers() if isinstance(l, keras.layers.BatchNormalization)]
    for layer in normalisations:
        layer.momentum = 0.0
    if normalisations:
        classifier(scaled, training=True)
    for layer in normalisations:
        mean, variance = (numpy.asarray(v) for v in (layer.moving_mean, layer.moving_variance))
        layer.moving_mean.assign(mean + generator.normal(0, 0.1, mean.shape) * numpy.sqrt(variance))
        layer.moving_variance.assign(variance * generator.uniform(0.8, 1.2, variance.shape) + 1e-3)
    return backbone, classifier, image, scaled


def part_of_another(backbone):
    import keras

    image = keras.Input(backbone.input_shape[1:])
    features = backbone(image)
    if isinstance(features, dict):
        features = features[sorted(features)[-1]]
    pool = keras.layers.GlobalAveragePooling2D if len(features.shape) == 4 else keras.layers.GlobalAveragePooling1D
    return keras.Model(image, keras.layers.Dense(3)(pool()(features)))


def compare(thimble, name):
    """The row of a model."""
    import numpy

    backbone, classifier, image, scaled = built(name)
    row = {"name": name, "parameters": classifier.count_params(), "input": list(image.shape[1:3]), "files": {}}
    for form, model, values in [
        ("classifier", classifier, image), ("backbone", backbone, scaled), ("part", part_of_another(backbone), scaled),
    ]:
        # `predict` of a classifier preprocesses images.
        outputs = model.predict(values, verbose=0) if form == "classifier" else model(values, training=False)
        if isinstance(outputs, dict):
            outputs = [outputs[key] for key in sorted(outputs)]
        outputs = [numpy.asarray(output) for output in (outputs if isinstance(outputs, list) else [outputs])]
        for kind in ("h5", "keras"):
            with tempfile.TemporaryDirectory(prefix="thimble-conformance-") as folder:
                path = f"{folder}/model.{kind}"
                try:
                    model.save(path)
                except Exception as error:  # Of the library itself: told in the table.
                    row["files"][f"{form} {kind}"] = "Keras cannot save it" if form == "part" else str(error)[:200]
                    continue
                row["files"][f"{form} {kind}"] = verify(thimble, path, folder, values, outputs)
    return row


def verify(thimble, path, folder, values, outputs):
    """The largest difference that Thimble tells, in shares of the largest value where that is more than 1."""
    import numpy

    numpy.save(f"{folder}/x.npy", values)
    command = [thimble, "verify", path, "--input", f"{folder}/x.npy", "--tolerance", str(TOLERANCE), "--json"]
    for index, output in enumerate(outputs):
        numpy.save(f"{folder}/y{index}.npy", output)
        command += ["--expect", f"{folder}/y{index}.npy"]
    run = subprocess.run(command, capture_output=True, text=True)
    try:
        told = json.loads(run.stdout)["outputs"]
        return max(
            float(one["worst"]["difference"]) / max(1.0, float(abs(output).max())) for one, output in zip(told, outputs))
    except (ValueError, KeyError):
        return (run.stderr or run.stdout).strip()


def passed(row):
    return bool(row["files"]) and all(
        isinstance(value, float) and value <= TOLERANCE or value == "Keras cannot save it"
        for value in row["files"].values())


def cells(row):
    if "reason" in row:
        return [row["name"], "", row["reason"], *[""] * 5, "not compared"]
    values = [row["files"][f"{form} {kind}"] for form in FORMS for kind in ("h5", "keras")]
    shown = [f"{value:.1e}" if isinstance(value, float) else "-" if value.startswith("Keras") else value for value in values]
    return [row["name"], "{} x {}".format(*row["input"]), *shown, "yes" if passed(row) else "NO"]


def write_part(rows):
    import importlib.metadata

    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("keras-hub", "keras", "tensorflow"))
    columns = [f"{form} .{kind}" for form in FORMS for kind in ("h5", "keras")]
    lines = [
        TITLE, "",
        "Files of KerasHub hold the arguments of a model's constructor and no graph. Small models of each family, with every",
        "kind of block and seeded weights, saved by KerasHub as an image classifier with a preprocessor (compared with its",
        "`predict`), as the backbone alone, and as a part of another model; differences as above, in shares of the largest",
        "value where that is more than 1. `-`: Keras itself cannot save it.", "",
        f"{time.strftime('%Y-%m-%d')}, {versions}.", "",
        "| " + " | ".join(["model", "input", *columns, "passed"]) + " |",
        "| --- | --- | " + "---: | " * len(columns) + "--- |"]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    before = PAGE.read_text().split("\n" + TITLE)[0].rstrip("\n")
    PAGE.write_text(before + "\n\n" + "\n".join(lines) + "\n")


def measured(thimble, name):
    """The row of a model, or what kept it from being compared."""
    try:
        return compare(thimble, name)
    except Exception as error:
        return {"name": name, "files": {}, "reason": f"KerasHub: {type(error).__name__}: {error}"[:200]}


def main():
    thimble = sys.argv[1]
    compare_all(MODELS, lambda name: measured(thimble, name), cells, write_part, passed)


main()
