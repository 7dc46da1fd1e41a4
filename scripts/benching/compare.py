"""Runs two builds of Benchmarks in turns, and says which models have become slower.

usage: compare.py OLD NEW [--rounds N] [--threads N] [MODEL...]
"""

import argparse
import re
import subprocess
import sys
from statistics import median

# What is reported as slower: this much in the median of the rounds, and in most of them.
LIMIT = 1.03
LINE = re.compile(r"^(\S+) +best +([\d.]+) ms", re.M)


def times(text):
    """Milliseconds of the best run of each model."""
    return {name: float(best) for name, best in LINE.findall(text)}


def verdict(old, new):
    """The median of new / old, and a word. Both are lists of milliseconds, an entry a round."""
    ratios = [b / a for a, b in zip(old, new, strict=True)]
    middle = median(ratios)
    if middle > LIMIT and sum(ratio > 1 for ratio in ratios) > 0.75 * len(ratios):
        return middle, "SLOWER"
    if middle < 1 / LIMIT and sum(ratio < 1 for ratio in ratios) > 0.75 * len(ratios):
        return middle, "faster"
    return middle, "same"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", default="1")
    parser.add_argument("models", nargs="*")
    arguments = parser.parse_intermixed_args()
    found = {}
    for number in range(arguments.rounds):
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
        sides = [("old", arguments.old), ("new", arguments.new)]
        # Who is first changes, as the second may find the caches, or the processor's clock, as the first left them.
        for side, program in sides[:: 1 if number % 2 == 0 else -1]:
            command = [program, "--threads", arguments.threads, *arguments.models]
            for name, best in times(subprocess.run(command, capture_output=True, text=True, check=True).stdout).items():
                found.setdefault(name, {}).setdefault(side, []).append(best)
    slower = False
    print(f"{'model':16} {'old ms':>9} {'new ms':>9} {'new / old':>9}")
    for name, sides in found.items():
        if len(sides) < 2:
            print(f"{name:16} only in the {next(iter(sides))} one")
            continue
        ratio, word = verdict(sides["old"], sides["new"])
        slower |= word == "SLOWER"
        print(f"{name:16} {median(sides['old']):9.2f} {median(sides['new']):9.2f} {ratio:9.3f}  {word}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
