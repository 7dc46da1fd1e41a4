"""What is asked of Thimble, and whether it holds."""

from typing import NamedTuple

from cases import ADAM
from contenders import architecture

# MB.
MEMORY = 1769
# Milliseconds.
START = 10


class Bar(NamedTuple):
    what: str
    measured: str
    bar: str
    holds: bool


def bars(results):
    """Those that the results have figures for."""
    found = []

    def at_most(what, value, limit, unit):
        found.append(Bar(what, f"{value:.2f} {unit}", f"at most {limit:g} {unit}", value <= limit))

    def at_least(what, value, limit):
        found.append(Bar(what, f"{value:.2f} x as fast as the fastest Python function", f"at least {limit:g} x",
                         value >= limit))

    def lead(what, model, case, limit):
        if results.has(model, MEMORY, case) and results.pythons(model, MEMORY, case):
            at_least(what, results.lead(model, MEMORY, case), limit)

    for case, what, floor, times in (("warm", "warm, one record, 1 MP", 1.10, 1.15),
                                     ("large", "warm, one record, 12 MP", 1.00, 3)):
        if results.has("MobileNetV2", MEMORY, case):
            at_most(what, results.above_floor("MobileNetV2", MEMORY, case), floor, "x the floor")
        lead(what, "MobileNetV2", case, times)
    lead("20 records in one event, an object", "MobileNetV2", "batch", 5)
    for model in ("MobileNetV2", "ResNet50"):
        lead(f"cold, {model} in S3", model, "cold", 3)
    if results.has(ADAM, MEMORY, "cold"):
        fetched = results.median(ADAM, MEMORY, "cold", "thimble", "model_bytes")
        at_most("ResNet50 with Adam state, over TLS", fetched / results.weights[architecture(ADAM)], 1.03,
                "x the weights' bytes")
    for model in ("MobileNetV2", "ResNet50"):
        if results.has(model, MEMORY, "second") and results.has(model, MEMORY, "warm"):
            at_most(f"second invocation, {model}", results.slow_second(model, MEMORY, "thimble"), 1.3, "x later ones")
    if results.start is not None:
        at_most("from exec to the first request for an event, nothing preloaded", results.start, START, "ms")
    return found
