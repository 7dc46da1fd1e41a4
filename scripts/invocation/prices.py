"""Dollars, US East (N. Virginia), on demand, first tier, without what is free. docs/deploy.md has the sources."""

import math

GB_SECOND = {"x86": 0.0000166667, "Arm": 0.0000133334}
INVOCATION = 0.20 / 1e6
# S3 Standard. A copy is a PUT.
REQUEST = {"GET": 0.0004 / 1e3, "HEAD": 0.0004 / 1e3, "PUT": 0.005 / 1e3, "POST": 0.005 / 1e3}


def gb_seconds(milliseconds, memory):
    """Of an invocation: whole milliseconds are billed."""
    return math.ceil(milliseconds) / 1e3 * memory / 1024


def compute(milliseconds, memory, architecture="x86"):
    return gb_seconds(milliseconds, memory) * GB_SECOND[architecture]


def storage(requests):
    return sum(REQUEST[method] * count for method, count in requests.items())


def invocation(milliseconds, memory, requests):
    """All that an invocation costs."""
    return compute(milliseconds, memory) + INVOCATION + storage(requests)
