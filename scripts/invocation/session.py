"""One life of a function in the emulator: cold, then warm, through all steps."""

import contextlib
import shutil
import statistics
from collections import Counter
from typing import NamedTuple

import cases
import contenders
import images
import prices
import readings
from emulator import Emulator, Network, event, free_port
from results import Sample
from terminator import Terminator


class Session(NamedTuple):
    contender: str
    model: str
    memory: int
    tls: bool
    steps: list

    @property
    def title(self):
        name = contenders.architecture(self.model) + (" with Adam state" if self.model == cases.ADAM else "")
        return f"{name}, {self.memory} MB, {contenders.NAMES[self.contender]}"


def play(session, thimble, bootstrap, folder):
    """A sample for each step's case, and the labels of each key."""
    life = (folder / "life").resolve()
    shutil.rmtree(life, ignore_errors=True)
    variables = contenders.make(session.contender, session.model, bootstrap, life / "function")
    images.copy(folder / "images", life / "images")
    buckets = {"images": life / "images", "models": (folder / "models-bucket").resolve()}
    samples, labels = {}, {}
    with contextlib.ExitStack() as stack:
        port = 0
        if session.tls:
            port = free_port()
            terminator = stack.enter_context(Terminator(life / "tls", free_port(), port))
            variables |= terminator.variables
        emulator = stack.enter_context(Emulator(
            thimble, life / "log", buckets, function=life / "function", memory=session.memory, variables=variables,
            network=Network(), port=port))
        for step, invocations in zip(session.steps, cases.keys(session.steps)):
            results = [emulator.invoke(event([(key, (buckets["images"] / key).stat().st_size) for key in keys]))
                       for keys in invocations]
            samples[step.case] = sample(step, session.memory, results)
            for result in results:
                labels |= {entry["key"]: label(entry) for entry in result.answer["objects"]}
    return samples, labels


def sample(step, memory, invocations):
    reports = [readings.report(invocation.log) for invocation in invocations]
    lines = [line for invocation in invocations for line in invocation.access]
    objects = step.objects * len(invocations)
    traffic = readings.traffic(lines)
    if not traffic.requests["PUT"]:
        raise SystemExit(f"{step.case}: the access log has no labels that were written")
    requests = Counter({method: count / objects for method, count in traffic.requests.items()})
    billed = statistics.median(report.milliseconds for report in reports)
    whole = Counter({method: count * step.objects for method, count in requests.items()})
    return Sample(
        milliseconds=billed / step.objects, memory=reports[-1].memory, requests=requests,
        bytes=traffic.bytes / objects, model_bytes=readings.traffic(lines, "models").bytes / objects,
        dollars=prices.invocation(billed, memory, whole) / step.objects)


def label(entry):
    """The best label, in Thimble's answer or in the Python functions'."""
    return entry["models"]["category"][0]["label"] if "models" in entry else entry["category"]
