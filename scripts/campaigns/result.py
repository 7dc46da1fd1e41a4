"""What a campaign came to."""

import json
from collections import Counter
from pathlib import Path

import verdict


class Result:
    def __init__(self, title, kinds=tuple(verdict.KINDS)):
        """kinds: those of `verdict.KINDS` that the campaign looks for."""
        self.title, self.kinds = title, list(kinds)
        self.counts = Counter()
        self.faults = []
        # What there is to tell besides.
        self.notes = []
        self.is_skipped = False

    def note(self, text):
        self.notes.append(text)

    def skip(self, reason):
        self.is_skipped = True
        self.note(f"skipped: {reason}")

    def add(self, kind, text):
        """A fault, of `verdict.KINDS` or of another kind."""
        self.counts[kind] += 1
        self.faults.append(f"{kind}: {text}")

    @property
    def line(self):
        if self.is_skipped:
            return f"{self.title}: {'; '.join(self.notes)}"
        kinds = self.kinds + sorted(set(self.counts) - set(self.kinds))
        figures = ", ".join(f"{kind} {self.counts[kind]}" for kind in kinds)
        return f"{self.title}: {figures} ({'; '.join(self.notes)})"


def judge(result, bucket, pictures, reported=(), mode="metadata", name=verdict.NAME):
    """Looks at all objects. `pictures` are by key, `reported` are the keys whose failure was reported, `name`
    is the model's."""
    for key, picture in pictures.items():
        places = bucket.results(key, mode)
        kind = verdict.judge(picture, places, "tags" if mode == "tags" else "metadata", name)
        if kind == "lost" and key in reported:
            continue
        if kind:
            result.add(kind, f"{key} is {picture.label} {picture.score:.4f}, not {json.dumps(places)}")


def left_over(folder, known):
    """What a function left in its folder of models besides models that are as they were in S3, and their records.

    known: the files' bytes.
    """
    faults = []
    for path in Path(folder).rglob("*"):
        if path.is_dir() or path.suffix == ".parts" and path.with_suffix(".model").exists():
            continue
        if path.suffix != ".model":
            faults.append(f"{path.name} is left over")
        elif path.read_bytes() not in known:
            faults.append(f"{path.name} is not a model that S3 had")
    return faults
