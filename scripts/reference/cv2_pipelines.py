"""Makes cv2_pipelines.json, next to this file: what cv2.resize(cv2.imread(file)) makes of small files.

    python3 -m venv /tmp/cv && /tmp/cv/bin/pip install opencv-python-headless==4.12.0.88 pillow==12.3.0
    /tmp/cv/bin/python scripts/reference/cv2_pipelines.py
"""

import itertools
import os

import cv2
import numpy as np
import pipeline_files

READERS = {"bgr": cv2.IMREAD_COLOR, "grayscale": cv2.IMREAD_GRAYSCALE}
sizes = itertools.cycle([(8, 9), (31, 20), (40, 30), (12, 7), (1, 1)])
cases = []
for name, data in pipeline_files.files().items():
    for color, flag in READERS.items():
        size = next(sizes)
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
        values = None if image is None else cv2.resize(image, size[::-1])
        cases.append((name, {"size": size, "fit": "stretch", "resize": "cv-linear", "color": color}, values))
pipeline_files.write(os.path.join(os.path.dirname(__file__), "cv2_pipelines.json"), cases)
