"""Makes scripts/fixtures/keras_cases/tf_functions.json: what TensorFlow makes of its functions in a functional model, those
of tf.compat.v1 above all.

TensorFlow is too large to be among the tests' requirements, so its results are kept here. To make them again:

    python3.11 -m venv /tmp/tf && /tmp/tf/bin/pip install tensorflow-cpu==2.15.1
    /tmp/tf/bin/python scripts/reference/tf_functions.py
"""

import base64
import json
import os

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
rng = np.random.default_rng(14)
image = rng.normal(0, 1, (3, 5, 6, 3)).astype(np.float32)
kernel = rng.normal(0, 0.4, (3, 3, 3, 4)).astype(np.float32)
depthwise = rng.normal(0, 0.4, (3, 3, 3, 2)).astype(np.float32)

x = tf.keras.Input((5, 6, 3), name="image")
mean = tf.reduce_mean(x, axis=[1, 2], keepdims=True)
outputs = {
    "resize": v1.image.resize(x, [9, 7]),
    "resize_images": v1.image.resize_images(x, [3, 13]),
    "resize_nearest": v1.image.resize(x, [8, 11], method=1),
    "resize_corners": v1.image.resize(x, [9, 11], method="bilinear", align_corners=True),
    "resize_nearest_corners": v1.image.resize(x, [9, 4], method="nearest", align_corners=True),
    "resize_bilinear": v1.image.resize_bilinear(x, [4, 9]),
    "resize_bilinear_corners": v1.image.resize_bilinear(x, [4, 9], align_corners=True),
    "resize_bilinear_centers": v1.image.resize_bilinear(x, [4, 9], half_pixel_centers=True),
    "resize_nearest_neighbor": v1.image.resize_nearest_neighbor(x, [4, 9]),
    "resize_today": tf.image.resize(x, [9, 7]),
    "resize_today_nearest": tf.image.resize(x, [4, 9], method="nearest"),
    "reduce_mean": v1.reduce_mean(x, reduction_indices=[1, 2], keep_dims=True),
    "reduce_max": v1.reduce_max(x, 3),
    "reduce_sum": v1.reduce_sum(x, axis=-1, keepdims=True),
    "reduce_logsumexp": v1.reduce_logsumexp(x, axis=1),
    "argmax": v1.argmax(x, dimension=3),
    "argmin": v1.argmin(x, axis=1),
    "softmax": v1.nn.softmax(x, dim=2),
    "softmax_last": v1.nn.softmax(x),
    "log_softmax": v1.nn.log_softmax(x, axis=1),
    "norm": v1.norm(x, axis=3, keep_dims=True),
    "l2_normalize": v1.nn.l2_normalize(x, dim=3),
    "moments": v1.nn.moments(x, [1, 2], keep_dims=True)[1],
    "squeeze": v1.squeeze(mean, squeeze_dims=[1, 2]),
    "expand_dims": v1.expand_dims(x, dim=3),
    "max_pool": v1.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
    "avg_pool": v1.nn.avg_pool(x, [1, 3, 2, 1], [1, 1, 2, 1], "VALID"),
    "conv2d": v1.nn.conv2d(x, kernel, strides=[1, 2, 1, 1], padding="SAME"),
    "convolution": v1.nn.convolution(x, kernel, "VALID"),
    "depthwise_conv2d": v1.nn.depthwise_conv2d(x, depthwise, [1, 1, 1, 1], "VALID"),
    "depthwise_conv2d_rate": v1.nn.depthwise_conv2d(x, depthwise, [1, 1, 1, 1], "VALID", rate=[2, 2]),
    "where": v1.where(x > 0, x, -2 * x),
    "where_rows": v1.where(tf.reduce_mean(x, axis=[1, 2, 3]) > 0, x, -2 * x),
    "div": v1.div(x, 3.0),
    "pad": v1.pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]], mode="REFLECT"),
    "transpose": v1.transpose(x, [0, 2, 1, 3]),
    "space_to_depth": v1.space_to_depth(x[:, :4], 2),
    "gather": v1.gather(x, [2, 0], axis=3),
    "zeros_like": v1.zeros_like(x) + mean,
    "silu": tf.nn.silu(x),
    "swish": tf.nn.swish(x, beta=1.0),
    "bias_add": tf.nn.bias_add(x, [0.5, -1.0, 2.0], data_format="NHWC"),
    "one_hot": tf.one_hot(tf.argmax(x, axis=3), 3) + 0.0 * x,
}
# By what a refusal has to name.
refused = {
    "image.transpose": tf.image.transpose(x),
    "method": v1.image.resize(x, [9, 7], method=2),
    "beta": tf.nn.silu(x, beta=2.0),
    "data_format": tf.nn.bias_add(tf.transpose(x, [0, 3, 1, 2]), [0.5, -1.0, 2.0], data_format="NCHW"),
    "on_value": tf.one_hot(tf.argmax(x, axis=3), 3, on_value=2.0),
    "compat.v1.batch_to_space_nd": v1.nn.convolution(x, kernel, "VALID", dilation_rate=[2, 1]),
}


def describe(tensor):
    return json.loads(tf.keras.Model(x, tensor).to_json())


def numbers(values):
    values = np.asarray(values, "<f4")
    return {"shape": values.shape, "values": base64.b64encode(values.tobytes()).decode()}


model = tf.keras.Model(x, list(outputs.values()), name="functions")
results = model.predict(image, verbose=0)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/keras_cases/tf_functions.json")
with open(path, "w") as file:
    json.dump({
        "tensorflow": tf.__version__, "config": json.loads(model.to_json()), "input": numbers(image),
        "outputs": {name: numbers(result) for name, result in zip(outputs, results)},
        "refused": {name: describe(tensor) for name, tensor in refused.items()},
    }, file, separators=(",", ":"))
    file.write("\n")
functions = sorted({layer.symbol for layer in model.layers if hasattr(layer, "symbol")})
print(f"{len(outputs)} results of {len(functions)} functions in {path}: {' '.join(functions)}")
