"""Compares what the kernels computed on two processors, and with plain loops.

usage: compare.py EXPECTED ACTUAL
"""

import math
import struct
import sys

# Relative to the largest value of a kernel's result: sums round by their terms, not by what is left of them.
TOLERANCE = 1e-5


def read(path):
    """(name, kind, values) of all results, in their order."""
    results = []
    with open(path) as lines:
        for line in lines:
            kind, name, count = line.split()
            values = [int(next(lines)) for _ in range(int(count))]
            if kind == "floats":
                values = struct.unpack(f"{count}f", struct.pack(f"{count}I", *values))
            results.append((name, kind, values))
    return results


def difference(expected, actual):
    """The largest, relative to the largest value; infinite where what is infinite or no number differs, or all is so."""
    if len(expected) != len(actual) or not any(map(math.isfinite, expected)):
        return math.inf
    if any(str(a) != str(b) for a, b in zip(expected, actual) if not (math.isfinite(a) and math.isfinite(b))):
        return math.inf
    pairs = [(a, b) for a, b in zip(expected, actual) if math.isfinite(a)]
    return max(abs(a - b) for a, b in pairs) / max([abs(a) for a, _ in pairs] + [1e-30])


def main(paths):
    expected, actual = map(read, paths)
    failed = worst = equal = 0
    if [one[:2] for one in expected] != [one[:2] for one in actual]:
        sys.exit("the two did not run the same kernels")
    for (name, kind, a), (_, _, b) in zip(expected, actual):
        if not a or len(a) != len(b):
            sys.exit(f"{name}: {len(a)} and {len(b)} values")
        off = difference(a, b)
        equal += off == 0
        worst = max(worst, off)
        if off > (TOLERANCE if kind == "floats" else 0):
            failed += 1
            print(f"{name}: the two processors differ by {off:.2e}", file=sys.stderr)
    plain = 0
    for results in (expected, actual):
        named = {name: values for name, _, values in results}
        for name in named:
            if name + "-plain" in named:
                off = difference(named[name + "-plain"], named[name])
                plain = max(plain, off)
                if off > TOLERANCE:
                    failed += 1
                    print(f"{name}: plain loops differ by {off:.2e}", file=sys.stderr)
    print(
        f"{len(expected)} results of kernels: {equal} the same to the bit on both processors, the largest difference "
        f"{worst:.1e}; to plain loops {plain:.1e}"
    )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
