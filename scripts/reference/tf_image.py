"""Makes tf_image.json, next to this file: the results of tf.image.resize for a few images.

TensorFlow is too large to be among the tests' requirements, so its results are kept here. To make them again:

    python3 -m venv /tmp/tf && /tmp/tf/bin/pip install tensorflow-cpu==2.21.0
    /tmp/tf/bin/python scripts/reference/tf_image.py

The images are computed (see `picture`) and not stored; of large results every `step`-th value is kept.
"""

import base64
import json
import os

import numpy as np
import tensorflow as tf


def picture(height, width, channels):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    return ((x * 37 + y * 91 + c * 53 + x * y % 101 * 7) % 256).astype(np.uint8)


SHAPES = [
    ((12, 9), (5, 4)),
    ((5, 4), (12, 9)),
    ((7, 7), (7, 13)),
    ((1, 1), (3, 2)),
    ((2, 3), (1, 1)),
    ((64, 48), (32, 24)),
    ((61, 97), (32, 32)),
    ((427, 640), (224, 224)),
    ((100, 90), (299, 299)),
    ((1000, 3), (224, 7)),
    ((8, 8), (8, 8)),
]

cases = []
for (height, width), size in SHAPES:
    for channels in (1, 3, 4):
        for method in ("nearest", "bilinear", "bicubic", "area"):
            result = tf.image.resize(picture(height, width, channels), size, method=method, antialias=False)
            values = result.numpy().astype("<f4").reshape(-1)
            step = max(values.size // 100, 1)
            step += 1 - step % 2  # odd, so that all channels and columns come up
            cases.append({
                "height": height, "width": width, "channels": channels, "size": size, "method": method, "step": step,
                "values": base64.b64encode(values[::step].tobytes()).decode(),
            })

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tf_image.json")
with open(path, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(f"{len(cases)} cases of TensorFlow {tf.__version__} in {path}")
