"""Makes one model of keras.applications in each engine's format.

usage: models.py NAME FOLDER

Writes NAME.h5, NAME.tflite, NAME.onnx, and what goes in and comes out, NAME.x.npy and NAME.y.npy.
"""

import os
import resource
import sys
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", KERAS_BACKEND="tensorflow")
# Better an error than a machine without memory.
MEMORY_LIMIT = 16 << 30


def seeded(name):
    """Statistics and scales that are not 0 and 1, so that no engine can fold them to nothing."""
    import keras
    import numpy

    keras.utils.set_random_seed(1)
    model = getattr(keras.applications, name)(weights=None)
    generator = numpy.random.default_rng(7)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            for variable in layer.weights:
                kind = variable.path.rsplit("/", 1)[1]
                low, high = (-0.1, 0.1) if kind in ("beta", "moving_mean") else (0.7, 1.3)
                variable.assign(generator.uniform(low, high, variable.shape))
        elif type(layer).__name__ == "LayerScale":
            layer.gamma.assign(generator.uniform(0.1, 0.3, layer.gamma.shape))
    return model


def write_onnx(model, path):
    """By tf2onnx, whose memory is some thirty times what the weights take: large dense layers are appended here."""
    import keras
    import numpy
    import onnx
    import tensorflow
    import tf2onnx

    model = exportable(model)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            # As arrays they become constants of the graph, as tensors they would become its inputs.
            layer.mean, layer.variance = numpy.asarray(layer.mean), numpy.asarray(layer.variance)
    flatten = [index for index, layer in enumerate(model.layers) if isinstance(layer, keras.layers.Flatten)]
    split = flatten[0] if flatten else len(model.layers)
    head = keras.Model(model.input, model.layers[split - 1].output) if flatten else model
    signature = [tensorflow.TensorSpec((1, *model.input_shape[1:]), tensorflow.float32, name="input")]
    call = tensorflow.function(lambda x: head(x, training=False), input_signature=signature)
    exported, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=18)
    for layer in model.layers[split:]:
        append(exported.graph, layer)
    onnx.save(exported, str(path))


def exportable(model):
    """The same model by operations that the exporter knows: Keras compiles grouped convolutions by XLA, and writes
    GELU with erfc."""
    import keras

    def gelu(x):
        return 0.5 * x * (1 + keras.ops.erf(x * 0.5**0.5))

    def twin(layer):
        if isinstance(layer, keras.layers.Conv2D) and layer.groups == layer.filters > 1:
            return keras.layers.DepthwiseConv2D(
                layer.kernel_size, layer.strides, layer.padding, use_bias=layer.use_bias, name=layer.name)
        if getattr(layer, "activation", None) is keras.activations.gelu:
            layer = layer.__class__.from_config(layer.get_config())
            layer.activation = gelu
            return layer
        return layer.__class__.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=twin)
    for layer, source in zip(copy.layers, model.layers, strict=True):
        values = source.get_weights()
        if isinstance(layer, keras.layers.DepthwiseConv2D) and not isinstance(source, keras.layers.DepthwiseConv2D):
            values[0] = values[0].swapaxes(2, 3)
        layer.set_weights(values)
    return copy


def append(graph, layer):
    """A Flatten or Dense layer at the end of the graph."""
    import numpy
    from onnx import TensorProto, helper, numpy_helper

    source = graph.output[0].name
    if type(layer).__name__ == "Flatten":
        graph.initializer.append(numpy_helper.from_array(numpy.array([1, -1]), "flat"))
        graph.node.append(helper.make_node("Reshape", [source, "flat"], [layer.name]))
    else:
        weights = [f"{layer.name}/kernel", f"{layer.name}/bias"]
        for name, value in zip(weights, layer.get_weights(), strict=True):
            graph.initializer.append(numpy_helper.from_array(value, name))
        kind = {"relu": "Relu", "softmax": "Softmax"}[layer.activation.__name__]
        graph.node.append(helper.make_node("Gemm", [source, *weights], [f"{layer.name}/sum"]))
        graph.node.append(helper.make_node(kind, [f"{layer.name}/sum"], [layer.name]))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(layer.name, TensorProto.FLOAT, [1, layer.output.shape[-1]]))


def main(name, folder):
    import numpy
    import tensorflow

    folder = Path(folder)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    model = seeded(name)
    image = numpy.random.default_rng(3).normal(size=(1, *model.input_shape[1:])).astype("float32")
    if "EfficientNet" in name or "ConvNeXt" in name:
        image = image * 60 + 120  # their first layers take pixels of 0 to 255
    model.save(folder / f"{name}.h5")
    write_onnx(model, folder / f"{name}.onnx")
    tflite = tensorflow.lite.TFLiteConverter.from_keras_model(model).convert()
    (folder / f"{name}.tflite").write_bytes(tflite)
    numpy.save(folder / f"{name}.x.npy", image)
    # Last: its presence says that all are there.
    numpy.save(folder / f"{name}.y.npy", numpy.asarray(model(image, training=False)))


if __name__ == "__main__":
    main(*sys.argv[1:])
