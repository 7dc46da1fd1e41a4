"""What the comparison says, as lines of text and as the tables of docs/performance.md."""

import platform
import statistics
import time
from importlib import metadata
from pathlib import Path

PAGE = Path("docs/performance.md")
BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"
NAMES = {"thimble": "Thimble", "litert": "LiteRT", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}
PACKAGES = {"ai-edge-litert": "LiteRT", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "pillow": "Pillow",
            "keras": "Keras"}


def line(name, threads, warm):
    times = ", ".join(f"{NAMES[engine]} {value:.2f}" for engine, value in warm["milliseconds"].items())
    return (f"{name}, threads {threads}, warm ms: {times}; {warm['ratio']:.2f} x the fastest peer, "
            f"{warm['allocations']} allocations in ten runs")


def avx2_line(name, threads, avx2):
    times = ", ".join(f"{NAMES[engine]} {value:.2f}" for engine, value in avx2["milliseconds"].items())
    return f"{name}, threads {threads}, AVX2 alone, warm ms: {times}; {avx2['ratio']:.2f} x OpenVINO"


def cold_line(name, row):
    cold = row["cold"]
    times = ", ".join(f"{NAMES[engine]} {value:.0f}" for engine, value in cold["process"].items())
    return (f"{name}, process start to first result, ms: {times}; "
            f"{cold['memory']['thimble'] / 1e6:.0f} MB for {row['weightBytes'] / 1e6:.0f} MB of weights")


def processor():
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            return text.split(":", 1)[1].strip()
    return platform.machine()


def table(titles, rows):
    lines = ["| " + " | ".join(titles) + " |", "| --- |" + " ---: |" * (len(titles) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def warm_table(rows, threads):
    engines = [*rows[0]["warm"][threads]["milliseconds"]]
    lines = []
    for row in rows:
        warm = row["warm"][threads]
        lines.append([row["name"], *(f"{warm['milliseconds'][engine]:.2f}" for engine in engines),
                      f"{warm['ratio']:.2f}", f"{warm['shareOfPeak'] * 100:.0f} %",
                      str(warm["allocations"])])
    mean = statistics.geometric_mean(row["warm"][threads]["ratio"] for row in rows)
    lines.append(["geometric mean", *("" for _ in engines), f"{mean:.2f}", "", ""])
    return table(["model", *(NAMES[engine] for engine in engines), "fastest peer / Thimble", "share of peak",
                  "allocations in ten runs"], lines)


def avx2_table(rows, threads):
    """Thimble and OpenVINO without AVX-512; nothing where the processor has none."""
    if not all(threads[0] in row["avx2"] for row in rows):
        return []
    lines = []
    for row in rows:
        cells = [row["avx2"][count] for count in threads]
        lines.append([row["name"], *(text for cell in cells for text in (
            *(f"{value:.2f}" for value in cell["milliseconds"].values()), f"{cell['ratio']:.2f}"))])
    means = [statistics.geometric_mean(row["avx2"][count]["ratio"] for row in rows) for count in threads]
    lines.append(["geometric mean", *(text for mean in means for text in ("", "", f"{mean:.2f}"))])
    titles = [f"{title}, {count} thread{'s' if count > 1 else ''}" for count in threads
              for title in ("Thimble", "OpenVINO", "OpenVINO / Thimble")]
    return ["### Warm, AVX2 alone, median milliseconds", "",
            "Most of Lambda's x86 processors have no AVX-512: `THIMBLE_KERNELS=base` and `ONEDNN_MAX_CPU_ISA=AVX2` keep "
            "Thimble and OpenVINO from it; the others have no such setting.", "", *table(["model", *titles], lines)]


def cold_table(rows):
    engines = [*rows[0]["cold"]["process"]]
    peers = engines[1:]
    lines = []
    for row in rows:
        cold = row["cold"]
        weights = row["weightBytes"]
        lines.append([
            row["name"], *(f"{cold['process'][engine]:.1f}" for engine in engines),
            f"{min(cold['inside'][engine] for engine in peers):.1f}",
            f"{min(cold['inside'][engine] + cold['library'][engine] for engine in peers):.1f}",
            f"{weights / 1e6:.0f}", *(f"{cold['memory'][engine] / 1e6:.0f}" for engine in engines)])
    return table(["model", *(f"{NAMES[engine]} ms" for engine in engines), "fastest peer in a running Python ms",
                  "as a program in C ms", "weights MB", *(f"{NAMES[engine]} MB" for engine in engines)], lines)


def write(rows, photo, threads):
    versions = ", ".join(f"{name} {metadata.version(package)}" for package, name in PACKAGES.items())
    lines = [BEGIN, "", f"{time.strftime('%Y-%m-%d')}, {processor()}, {versions}.", "",
             "![Latency of each engine, Thimble being 1](peers.svg)", ""]
    for count in threads:
        lines += [f"### Warm, {count} thread{'s' if count > 1 else ''}, median milliseconds", "", *warm_table(rows, count)]
    lines += avx2_table(rows, threads)
    lines += ["### From the start of a process to its first result, and its largest resident size", "",
              *cold_table(rows), "### A JPEG of 12 megapixels to 224 x 224, milliseconds", "",
              *table(["filter", "Thimble, whole process", "Pillow, in a running one"],
                     [[name, f"{times['thimble']:.0f}", f"{times['pillow']:.0f}"] for name, times in photo.items()]), END]
    text = PAGE.read_text()
    head, rest = text.split(BEGIN, 1)
    PAGE.write_text(head + "\n".join(lines) + rest.split(END, 1)[1])
