"""Makes scripts/fixtures/lambdas_cases/truths.json: what TensorFlow makes of the functions in bodies.py beside it.

Floats are Base64 of their bytes. TensorFlow is too large to be among the tests' requirements, so its results are kept here. To make them again:

    python3.11 -m venv /tmp/tf && /tmp/tf/bin/pip install tensorflow-cpu==2.15.1
    /tmp/tf/bin/python scripts/reference/lambdas.py
"""

import base64
import json
import os
import sys

import numpy as np
import tensorflow as tf

folder = os.path.join(os.path.dirname(__file__), "../fixtures/lambdas_cases")
sys.path.insert(0, folder)
import bodies  # noqa: E402
import cases  # noqa: E402

scope = {"tf": tf, "K": tf.keras.backend, "keras": tf.keras, "np": np}
first, second = (tf.constant(x) for x in cases.inputs())
truths = {}
for name, source in cases.functions():
    if not cases.needs_tensorflow(source):
        continue
    functions = dict(scope)
    exec(source, functions)
    x = [first, second] if name.startswith("two_") else first
    result = np.asarray(functions["f"](x, **bodies.ARGUMENTS.get(name, {})), dtype=np.float32)
    values = base64.b64encode(result.astype("<f4").tobytes()).decode("ascii")
    truths[name] = {"shape": list(result.shape), "values": values}

with open(os.path.join(folder, "truths.json"), "w") as file:
    lines = [f'"{name}": {json.dumps(truth, separators=(",", ":"))}' for name, truth in truths.items()]
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
