"""What all rounds came to."""

import statistics
from collections import Counter, defaultdict
from typing import NamedTuple

from contenders import PYTHONS


class Sample(NamedTuple):
    """What a step came to, an object: the median of its invocations."""

    milliseconds: float
    # MB, the function's largest so far.
    memory: int
    # By method.
    requests: Counter
    # Sent by S3, and how many of them were of the model.
    bytes: float
    model_bytes: float
    dollars: float


class Results:
    def __init__(self):
        # By model, memory, case and contender: a sample a round.
        self.samples = defaultdict(list)
        # Milliseconds, by model, memory and case.
        self.floors = {}
        # Milliseconds of decoding and running on a whole processor, by model and kind of image.
        self.processor = {}
        # Bytes, by model.
        self.weights = {}
        # Milliseconds from exec to the first request for an event; None where it could not be measured.
        self.start = None

    def add(self, model, memory, contender, samples):
        for case, sample in samples.items():
            self.samples[model, memory, case, contender].append(sample)

    def has(self, model, memory, case, contender="thimble"):
        return (model, memory, case, contender) in self.samples

    def median(self, model, memory, case, contender, field="milliseconds"):
        return statistics.median(getattr(s, field) for s in self.samples[model, memory, case, contender])

    def last(self, model, memory, case, contender):
        return self.samples[model, memory, case, contender][-1]

    def pythons(self, model, memory, case):
        return [name for name in PYTHONS if self.has(model, memory, case, name)]

    def fastest_python(self, model, memory, case):
        return min(self.pythons(model, memory, case), key=lambda name: self.median(model, memory, case, name))

    def lead(self, model, memory, case):
        """How many times as fast Thimble is as the fastest Python function: the median of the rounds' ratios."""
        other = self.samples[model, memory, case, self.fastest_python(model, memory, case)]
        own = self.samples[model, memory, case, "thimble"]
        return statistics.median(b.milliseconds / a.milliseconds for a, b in zip(own, other))

    def slow_second(self, model, memory, contender):
        """The second invocation relative to the median of later ones of the same process."""
        second = self.samples[model, memory, "second", contender]
        later = self.samples[model, memory, "warm", contender]
        return statistics.median(a.milliseconds / b.milliseconds for a, b in zip(second, later))

    def above_floor(self, model, memory, case):
        return self.median(model, memory, case, "thimble") / self.floors[model, memory, case]
