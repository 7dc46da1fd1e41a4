"""What the comparison says, as the tables of docs/performance.md."""

import time
from importlib import metadata

import bars
import marked
from cases import ADAM, MODELS, TITLES
from contenders import NAMES, architecture
from emulator import Network
from page import processor, table

PAGE, MARK = "docs/performance.md", "invocation"
PACKAGES = {"awslambdaric": "awslambdaric", "boto3": "boto3", "pillow": "Pillow", "ai-edge-litert": "LiteRT",
            "onnxruntime": "ONNX Runtime"}
METHODS = ["GET", "HEAD", "PUT", "POST"]


def rows_of(results):
    """Models, memories and cases that were measured, in their order."""
    found = {(model, memory, case) for model, memory, case, _ in results.samples}
    return sorted(found, key=lambda row: (-row[1], [*MODELS, ADAM].index(row[0]), [*TITLES].index(row[2])))


def title(model, case):
    return f"{architecture(model)}{' with Adam state, over TLS' if model == ADAM else ''}, {TITLES[case]}"


def cell(results, row, contender, form):
    return form(results, row, contender) if results.has(*row, contender) else ""


def milliseconds(results, row, contender):
    return f"{results.median(*row, contender):.1f}"


def requests(results, row, contender):
    sample = results.last(*row, contender)
    counts = [f"{sample.requests[method]:g} {method}" for method in METHODS if sample.requests[method]]
    return f"{', '.join(counts)}; {results.median(*row, contender, 'bytes') / 1e6:.2f} MB"


def dollars(results, row, contender):
    return f"{results.median(*row, contender, 'dollars') * 1e6:.2f}"


def memory(results, row, contender):
    return str(max(sample.memory for sample in results.samples[(*row, contender)]))


def bar_table(results):
    rows = [[bar.what, bar.measured, bar.bar, "yes" if bar.holds else "**no**"] for bar in bars.bars(results)]
    return table(["", "measured", "bar", "holds"], rows) if rows else []


def time_table(results, size):
    lines = []
    for row in rows_of(results):
        if row[1] != size:
            continue
        floor = results.floors.get(row)
        lines.append([
            title(row[0], row[2]), *(cell(results, row, name, milliseconds) for name in NAMES),
            f"{results.lead(*row):.2f}" if results.pythons(*row) and results.has(*row) else "",
            f"{floor:.1f}" if floor else "", f"{results.above_floor(*row):.2f}" if floor else ""])
    return table(["", *NAMES.values(), "fastest Python / Thimble", "floor", "Thimble / floor"], lines)


def detail_table(results, size, form):
    lines = [[title(row[0], row[2]), *(cell(results, row, name, form) for name in NAMES)]
             for row in rows_of(results) if row[1] == size]
    return table(["", *NAMES.values()], lines)


def all_tables(results, memories):
    lines = bar_table(results)
    for size in memories:
        lines += section(f"Milliseconds that are billed for an object, {size} MB", time_table(results, size))
    for heading, form in (("Max Memory Used in MB", memory), ("S3 requests and bytes for an object", requests),
                          ("Dollars for a million objects", dollars)):
        for size in memories:
            lines += section(f"{heading}, {size} MB", detail_table(results, size, form))
    return lines


def section(heading, table):
    """Nothing where nothing was measured."""
    return [f"### {heading}", "", *table] if len(table) > 3 else []


def write(results, options):
    versions = ", ".join(f"{name} {metadata.version(package)}" for package, name in PACKAGES.items())
    network = Network()
    head = [f"{time.strftime('%Y-%m-%d')}, {processor()}, {versions}.",
            f"S3 at {network.latency} ms to the first byte and {network.rate} MB/s a connection; medians of "
            f"{options.rounds} rounds.", "",
            "![Milliseconds that are billed for an object](invocation.svg)", ""]
    marked.replace(PAGE, MARK, head + all_tables(results, options.memory))
