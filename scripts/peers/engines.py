"""One engine with one model.

usage: engines.py ENGINE PREFIX THREADS      burst after burst: each line read is a number of seconds to run for,
                                             answered by the milliseconds of each run as JSON
       engines.py --once ENGINE PREFIX THREADS

ENGINE is litert, onnxruntime or openvino; PREFIX is models.py's FOLDER/NAME. The first line printed tells how
long loading and the first run took, without Python's own start, and how far the result is off Keras'.
"""

import json
import math
import sys
import time


def litert(prefix, threads):
    from ai_edge_litert.interpreter import Interpreter

    start = time.perf_counter()
    interpreter = Interpreter(model_path=f"{prefix}.tflite", num_threads=threads)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    result = interpreter.get_output_details()[0]["index"]

    def run(image):
        interpreter.set_tensor(source, image)
        interpreter.invoke()
        return interpreter.get_tensor(result)

    return start, run


def onnxruntime(prefix, threads):
    import onnxruntime

    start = time.perf_counter()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(f"{prefix}.onnx", options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return start, lambda image: session.run(None, {name: image})[0]


def openvino(prefix, threads):
    import openvino

    start = time.perf_counter()
    # float32 throughout, as in the other engines: left to itself it takes bfloat16 where the processor has it.
    model = openvino.Core().compile_model(f"{prefix}.onnx", "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"})
    request = model.create_infer_request()
    return start, lambda image: request.infer([image], share_inputs=True, share_outputs=True)[0]


ENGINES = {"litert": litert, "onnxruntime": onnxruntime, "openvino": openvino}


def main(arguments):
    import numpy

    once = arguments[0] == "--once"
    engine, prefix, threads = arguments[1:] if once else arguments
    image, expected = numpy.load(f"{prefix}.x.npy"), numpy.load(f"{prefix}.y.npy")
    start, run = ENGINES[engine](prefix, int(threads))
    loaded = time.perf_counter()
    result = run(image)
    first = time.perf_counter()
    difference = float(abs(result - expected).max()) if result.shape == expected.shape else math.inf
    print(json.dumps({"load": (loaded - start) * 1e3, "first": (first - loaded) * 1e3, "difference": difference}), flush=True)
    for line in () if once else sys.stdin:
        for _ in range(3):
            run(image)
        times, end = [], time.perf_counter() + float(line)
        while len(times) < 5 or time.perf_counter() < end:
            begin = time.perf_counter()
            run(image)
            times.append((time.perf_counter() - begin) * 1e3)
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
