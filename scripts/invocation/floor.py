"""What an invocation would take if nothing but the network and the arithmetic took time, one after the other."""

import json
import statistics
import subprocess

# MB that buy one processor.
WHOLE = 1769
IMAGES, WARM_UP = 11, 4


def milliseconds(latency, rate, size, processor, memory):
    """
    latency: milliseconds to the first byte, once for GET and once for COPY
    rate: MB/s of a connection
    size: bytes of the image
    processor: milliseconds of decoding and running on a whole processor
    memory: MB, which buy a share of it
    """
    return 2 * latency + size / (rate * 1e3) + share(processor, memory)


def share(processor, memory):
    return processor * max(1, WHOLE / memory)


def processor(thimble, model, image, preprocess):
    """Milliseconds of decoding and running, by one thread with nothing else to do: what `thimble classify` says of
    the same image time after time."""
    command = [thimble, "classify", model, *[image] * IMAGES, "--preprocess", preprocess, "--resize", "bilinear",
               "--threads", "1", "--json"]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    # The first runs pack the weights.
    models = [result["models"][0] for result in answer][WARM_UP:]
    return statistics.median(m["decodeMilliseconds"] + m["runMilliseconds"] for m in models)
