"""Makes tf_pipelines.json, next to this file: what keras.utils.image_dataset_from_directory makes of small files.

TensorFlow is too large to be among the tests' requirements, so its results are kept here. scripts/conformance compares
whole photos. To make them again:

    python3 -m venv /tmp/tf && /tmp/tf/bin/pip install tensorflow-cpu==2.21.0 keras==3.15.1 pillow==12.3.0
    /tmp/tf/bin/python scripts/reference/tf_pipelines.py
"""

import itertools
import os
import tempfile

import pipeline_files
import pixels

cases = []
with tempfile.TemporaryDirectory() as folder:
    fits, filters = itertools.cycle(pixels.FITS), itertools.cycle(["bilinear", "area", "nearest", "bicubic"])
    sizes = itertools.cycle([(8, 9), (12, 7), (5, 14)])
    for name, data in pipeline_files.files().items():
        path = os.path.join(folder, name)
        with open(path, "wb") as out:
            out.write(data)
        for color in pixels.COLORS:
            size, fit, interpolation = next(sizes), next(fits), next(filters)
            settings = {"size": size, "fit": fit, "resize": "tf-" + interpolation, "color": color}
            cases.append((name, settings, pixels.theirs(path, size, fit, interpolation, color)))
pipeline_files.write(os.path.join(os.path.dirname(__file__), "tf_pipelines.json"), cases)
