"""The functions that are compared, each as a folder that `thimble emulate` runs."""

import json
import os
import shutil
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("functions")
NAMES = {"thimble": "Thimble", "litert": "Python + LiteRT", "onnxruntime": "Python + ONNX Runtime"}
PYTHONS = ["litert", "onnxruntime"]
ENGINES = {"litert": "litert.py", "onnxruntime": "onnxruntime_session.py"}
FORMATS = {"thimble": "h5", "litert": "tflite", "onnxruntime": "onnx"}
# What keras.applications does to pixels first.
PREPROCESS = {"MobileNetV2": "tf", "ResNet50": "caffe"}
LABELS = [f"label {number}" for number in range(1000)]


def model_key(contender, model):
    """The model's key in the bucket. Only Thimble reads the file that a training job saves: others' are converted."""
    name = model if contender == "thimble" else architecture(model)
    return f"{name}.{FORMATS[contender]}"


def architecture(model):
    return model.removesuffix("-adam")


def make(contender, model, bootstrap, folder):
    """Writes the function's files, and returns its variables."""
    folder.mkdir(parents=True)
    (folder / "labels.txt").write_text("\n".join(LABELS))
    if contender == "thimble":
        shutil.copy(bootstrap, folder / "bootstrap")
        (folder / "thimble.json").write_text(json.dumps(configuration(model)))
        return {}
    shutil.copy(SOURCE / "handler.py", folder)
    shutil.copy(SOURCE / ENGINES[contender], folder / "engine.py")
    starter = folder / "bootstrap"
    starter.write_text(f'#!/bin/sh\nexec {os.path.abspath(sys.executable)} -m awslambdaric handler.handler\n')
    starter.chmod(0o755)
    preprocess = PREPROCESS[architecture(model)]
    return {"MODELS": "models", "MODEL": model_key(contender, model), "PREPROCESS": preprocess}


def configuration(model):
    return {"models": [{
        "name": "category", "source": f"s3://models/{model_key('thimble', model)}", "labels": "labels.txt",
        "input": {"preprocess": PREPROCESS[architecture(model)], "resize": "bilinear"}}]}


def weight_bytes(folder, model):
    """Bytes of the weights that inference needs."""
    return json.loads((folder / f"{model}.json").read_text())["weightBytes"]
