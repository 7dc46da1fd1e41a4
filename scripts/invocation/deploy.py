"""The cost table of docs/deploy.md: warm, one JPEG of 1 megapixel an event."""

import marked
import prices
from cases import MODELS
from contenders import NAMES
from page import table

PAGE, MARK = "docs/deploy.md", "cost"
CASE = "warm"


def write(results):
    marked.replace(PAGE, MARK, lines(results))


def lines(results):
    rows, sums = [], []
    for model in MODELS:
        for memory in sorted({key[1] for key in results.samples if key[0] == model}):
            if not results.has(model, memory, CASE):
                continue
            milliseconds = results.median(model, memory, CASE, "thimble")
            requests = results.last(model, memory, CASE, "thimble").requests
            python = results.fastest_python(model, memory, CASE)
            x86 = prices.compute(milliseconds, memory) * 1e6
            total = prices.invocation(milliseconds, memory, requests) * 1e6
            rows.append([
                model, str(memory), f"{milliseconds:.1f}", f"{prices.gb_seconds(milliseconds, memory):.4f}",
                money(x86), money(prices.compute(milliseconds, memory, "Arm") * 1e6),
                money(prices.storage(requests) * 1e6), f"**{money(total)}**",
                f"{money(results.median(model, memory, CASE, python, 'dollars') * 1e6)} ({NAMES[python]})"])
            calls = ", ".join(f"{count:g} {method}" for method, count in requests.items())
            sums.append(f"{model} at {memory} MB: {money(x86)} for its time, $0.20 for requests to Lambda, "
                        f"{money(prices.storage(requests) * 1e6)} for S3 ({calls} an image).")
    return [*table(["", "MB", "ms", "GB-seconds", "Lambda x86", "Lambda Arm", "S3", "together, x86",
                    "together, the faster in Python"], rows), *sums[:1]]


def money(value):
    return f"${value:.2f}"
