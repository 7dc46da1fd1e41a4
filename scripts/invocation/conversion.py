"""Makes one model in each contender's format, with weights that are random but always the same.

usage: conversion.py NAME FOLDER

Writes NAME.h5, NAME.tflite and NAME.onnx, NAME-adam.h5 as a training job saves it, with Adam's state, and NAME.json:
how many bytes of weights inference needs. By scripts/bench-peers' Python and way of conversion.
"""

import json
import sys
from pathlib import Path

# Before TensorFlow: it quietens it.
import models

# Of the logits. Classes that all score a thousandth would hide every fault.
SPREAD = 2.0


def spread_classes(model):
    """Widens the last layer, so that one label is ahead of the others by more than engines differ."""
    import keras
    import numpy

    noise = numpy.random.default_rng(3).uniform(-1, 1, (1, *model.input_shape[1:])).astype("float32")
    last = model.layers[-1]
    last.activation = keras.activations.linear
    logits = numpy.asarray(model(noise, training=False))
    last.activation = keras.activations.softmax
    last.kernel.assign(numpy.asarray(last.kernel) * (SPREAD / float(logits.std())))


def main(name, folder):
    import tensorflow

    folder = Path(folder)
    model = models.seeded(name)
    spread_classes(model)
    model.save(folder / f"{name}.h5")
    models.write_onnx(model, folder / f"{name}.onnx")
    tflite = tensorflow.lite.TFLiteConverter.from_keras_model(model).convert()
    (folder / f"{name}.tflite").write_bytes(tflite)
    model.compile("adam", "categorical_crossentropy")
    # As the first step of a training would.
    model.optimizer.build(model.trainable_variables)
    model.save(folder / f"{name}-adam.h5")
    weights = sum(variable.numpy().nbytes for variable in model.weights)
    # Last: its presence says that all are there.
    (folder / f"{name}.json").write_text(json.dumps({"weightBytes": weights}))


if __name__ == "__main__":
    main(*sys.argv[1:])
