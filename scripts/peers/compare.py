"""Compares Thimble with other engines on the same models, cores and moments.

usage: compare.py THIMBLE PROBE FOLDER [--models NAMES] [--threads 1,2] [--rounds N] [--seconds S]

PROBE counts the allocations of warm runs. FOLDER keeps what models.py makes. Of all models docs/performance.md and
docs/peers.svg get the results.
"""

import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import chart
import decoding
import page

MODELS = ["MobileNetV2", "MobileNet", "EfficientNetB0", "EfficientNetV2B0", "ResNet50", "DenseNet121", "InceptionV3",
          "Xception", "NASNetMobile", "VGG16", "InceptionResNetV2", "ConvNeXtTiny"]
# What a program in C would link.
LIBRARIES = {"litert": "ai_edge_litert/libLiteRt.so", "onnxruntime": "onnxruntime/capi/libonnxruntime.so.*",
             "openvino": "openvino/libs/libopenvino_c.so.*"}
PEERS = [*LIBRARIES]
# The largest difference from Keras that an engine may have: who computes something else may be fast.
TOLERANCE = 1e-3
WORKER = str(Path(__file__).with_name("engines.py"))
MAKER = str(Path(__file__).with_name("models.py"))


def make(names, folder):
    """The files of the models, once."""
    os.makedirs(folder, exist_ok=True)
    missing = [name for name in names if not os.path.exists(f"{folder}/{name}.y.npy")]
    for name in missing:
        print(f"making {name} for all engines", file=sys.stderr, flush=True)
        run = subprocess.run([sys.executable, MAKER, name, folder], capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"{name} could not be made: {run.stderr[-2000:]}")


def start(command, threads, **streams):
    """A process with one core a thread, the last ones: the first also serves interrupts."""
    cores = os.sched_getaffinity(0)
    # They are inherited: starting `taskset` first would count as a start's time.
    os.sched_setaffinity(0, sorted(cores)[-threads:])
    try:
        return subprocess.Popen(command, text=True, **streams)
    finally:
        os.sched_setaffinity(0, cores)


class Peer:
    """An engine's process, which waits between bursts."""

    def __init__(self, engine, prefix, threads):
        self.process = start(
            [sys.executable, WORKER, engine, prefix, str(threads)], threads, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.start = json.loads(self.process.stdout.readline())
        if not self.start["difference"] <= TOLERANCE:
            raise SystemExit(f"{engine} is off by {self.start['difference']} on {prefix}")

    def burst(self, seconds):
        """The median run in milliseconds."""
        print(seconds, file=self.process.stdin, flush=True)
        return statistics.median(json.loads(self.process.stdout.readline()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def verify(thimble, prefix):
    run = subprocess.run([thimble, "verify", f"{prefix}.h5", "--input", f"{prefix}.x.npy", "--expect", f"{prefix}.y.npy",
                          "--tolerance", str(TOLERANCE)], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"thimble on {prefix}: {run.stdout}{run.stderr}")


def bench(thimble, prefix, threads, seconds):
    command = [thimble, "bench", f"{prefix}.h5", "--threads", str(threads), "--seconds", str(seconds), "--json"]
    return json.loads(process(command, threads)[2])


def without_avx512(thimble, prefix, threads, rounds, seconds):
    """Medians of Thimble and OpenVINO in turn, both kept to AVX2, which is what most of Lambda's processors have. The
    other engines cannot be kept to it."""
    os.environ.update(THIMBLE_KERNELS="base", ONEDNN_MAX_CPU_ISA="AVX2")
    try:
        peer = Peer("openvino", prefix, threads)
        own, other = [], []
        for index in range(rounds):
            for is_own in [True, False][::1 if index % 2 else -1]:
                if is_own:
                    own.append(bench(thimble, prefix, threads, seconds)["warm"]["p50"])
                else:
                    other.append(peer.burst(seconds))
        peer.close()
    finally:
        del os.environ["THIMBLE_KERNELS"], os.environ["ONEDNN_MAX_CPU_ISA"]
    return {"milliseconds": {"thimble": statistics.median(own), "openvino": statistics.median(other)},
            "ratio": statistics.median(peer / mine for mine, peer in zip(own, other))}


def turn(engines, index):
    """The engines, beginning with another one in each round, every other time backwards: none always follows the same."""
    first = index % len(engines)
    order = engines[first:] + engines[:first]
    return order[::-1] if index % 2 else order


def warm(thimble, prefix, threads, rounds, seconds):
    """Medians of all engines over bursts taken in turn, and Thimble's ratio to each in the same round."""
    peers = {engine: Peer(engine, prefix, threads) for engine in PEERS}
    times = {engine: [] for engine in ["thimble", *PEERS]}
    shares, resident = [], []
    for index in range(rounds):
        for engine in turn([*times], index):
            if engine == "thimble":
                result = bench(thimble, prefix, threads, seconds)
                times[engine].append(result["warm"]["p50"])
                shares.append(result["shareOfPeak"])
                resident.append(result["peakMemoryBytes"])
            else:
                times[engine].append(peers[engine].burst(seconds))
    for peer in peers.values():
        peer.close()
    medians = {engine: statistics.median(values) for engine, values in times.items()}
    fastest = min(PEERS, key=medians.get)
    ratio = statistics.median(peer / own for own, peer in zip(times["thimble"], times[fastest]))
    return {"milliseconds": medians, "fastest": fastest, "ratio": ratio, "shareOfPeak": statistics.median(shares), "memory": max(resident),
            "differences": {engine: peer.start["difference"] for engine, peer in peers.items()}}


def process(command, threads):
    """Wall milliseconds, largest resident bytes and the output of a process."""
    begin = time.perf_counter()
    child = start(command, threads, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    elapsed = (time.perf_counter() - begin) * 1e3
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return elapsed, usage.ru_maxrss * 1024, output


def loading(engine):
    """A process that loads an engine's library and does nothing."""
    [linker] = glob.glob("/lib64/ld-linux-*.so.*") or glob.glob("/lib/ld-linux-*.so.*")
    [library] = glob.glob(f"{sysconfig.get_path('platlib')}/{LIBRARIES[engine]}")
    return [linker, "--preload", library, "/bin/true"]


def read_from_disk(prefix):
    """Leaves a model's files in the page cache as reading them does, in large pieces: those of a file that was written
    bit by bit are small, and mapping them takes longer."""
    for path in glob.glob(f"{prefix}.*"):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while file.read(1 << 20):
                pass


def cold(thimble, prefix, threads, rounds):
    """From the start of a process to the first result, the files in the page cache."""
    whole = {engine: [] for engine in ["thimble", *PEERS]}
    inside = {engine: [] for engine in PEERS}
    library = {engine: [] for engine in PEERS}
    memory = {engine: 0 for engine in whole}
    for index in range(rounds):
        # In turn: a process that follows one with much memory waits for the system to clear it.
        for engine in turn([*whole], index):
            if engine == "thimble":
                command = [thimble, "predict", f"{prefix}.h5", "--input", f"{prefix}.x.npy", "--threads", str(threads)]
            else:
                command = [sys.executable, WORKER, "--once", engine, prefix, str(threads)]
            elapsed, resident, output = process(command, threads)
            whole[engine].append(elapsed)
            memory[engine] = max(memory[engine], resident)
            if engine != "thimble":
                report = json.loads(output.splitlines()[0])
                inside[engine].append(report["load"] + report["first"])
                library[engine].append(process(loading(engine), threads)[0])
    return {"process": {engine: statistics.median(values) for engine, values in whole.items()},
            "inside": {engine: statistics.median(values) for engine, values in inside.items()},
            "library": {engine: statistics.median(values) for engine, values in library.items()}, "memory": memory}


def has_avx512():
    """Whether there is anything to be kept from."""
    return "avx512f" in Path("/proc/cpuinfo").read_text()


def weight_bytes(path):
    import h5py

    total = 0

    def add(_, item):
        nonlocal total
        total += item.nbytes if isinstance(item, h5py.Dataset) else 0

    with h5py.File(path) as file:
        file.visititems(add)
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("thimble")
    parser.add_argument("probe")
    parser.add_argument("folder")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args()
    threads = [int(number) for number in options.threads.split(",")]
    names = options.models.split(",")
    make(names, options.folder)
    rows = []
    for name in names:
        prefix = f"{options.folder}/{name}"
        verify(options.thimble, prefix)
        read_from_disk(prefix)
        row = {"name": name, "weightBytes": weight_bytes(f"{prefix}.h5"), "warm": {}, "avx2": {}}
        for count in threads:
            row["warm"][count] = warm(options.thimble, prefix, count, options.rounds, options.seconds)
            row["warm"][count]["allocations"] = int(process([options.probe, str(count), f"{prefix}.h5"], count)[2])
            print(page.line(name, count, row["warm"][count]), flush=True)
            if has_avx512():
                row["avx2"][count] = without_avx512(options.thimble, prefix, count, options.rounds, options.seconds)
                print(page.avx2_line(name, count, row["avx2"][count]), flush=True)
        row["cold"] = cold(options.thimble, prefix, max(threads), options.rounds)
        # Warm runs come after all weights are packed, when Thimble's memory is at its largest.
        row["cold"]["memory"]["thimble"] = max(row["cold"]["memory"]["thimble"], row["warm"][max(threads)]["memory"])
        print(page.cold_line(name, row), flush=True)
        rows.append(row)
    for count in threads:
        print(f"geometric mean of ratios, threads {count}: "
              f"{statistics.geometric_mean(row['warm'][count]['ratio'] for row in rows):.2f}")
    photo = decoding.compare(options.thimble, options.rounds)
    print(decoding.line(photo))
    if names == MODELS and threads == [1, 2]:
        page.write(rows, photo, threads)
        chart.write(rows, threads)


if __name__ == "__main__":
    main()
