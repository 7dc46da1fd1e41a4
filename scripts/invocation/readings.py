"""What Lambda's REPORT line and the emulator's access log say of an invocation."""

import json
import re
from collections import Counter
from typing import NamedTuple


class Report(NamedTuple):
    # Milliseconds that are billed, before they are rounded up: init, where there was one, and duration.
    milliseconds: float
    billed: int
    # MB, the largest so far.
    memory: int


class Traffic(NamedTuple):
    """Requests by method, and bytes that S3 sent."""

    requests: Counter
    bytes: int


def report(log):
    """That of the last invocation in a log."""
    lines = [line for line in log.splitlines() if line.startswith("REPORT RequestId:")]
    if not lines:
        raise ValueError(f"there is no REPORT line in {log!r}")
    fields = dict(field.split(": ", 1) for field in lines[-1].split("\t") if ": " in field)
    if "Status" in fields:
        raise ValueError(f"the invocation failed: {lines[-1]}")
    duration, init = number(fields["Duration"]), number(fields.get("Init Duration", "0 ms"))
    return Report(duration + init, int(number(fields["Billed Duration"])), int(number(fields["Max Memory Used"])))


def number(text):
    return float(re.match(r"[0-9.]+", text)[0])


def traffic(lines, bucket=None):
    """Of the access log's lines, or of those about one bucket."""
    requests, total = Counter(), 0
    for line in lines:
        entry = json.loads(line)
        if bucket in (None, entry["bucket"]):
            requests[entry["method"]] += 1
            total += entry["sent"]
    return Traffic(requests, total)
