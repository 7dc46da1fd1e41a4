"""Breaks the sources in many ways and sees the tests fail; see scripts/mutate."""

import argparse
import sys
import time
from pathlib import Path

import table
from tree import BuildError, Tree

TOP = Path.cwd()
FOLDER = TOP / ".build-mutate"
# Of one mutation's tests: some mutations make a test wait forever.
SECONDS = 900


def chosen(mutations, only):
    """Those with one of the numbers or with one of the texts in their words, place or tests; all if there are none."""
    def fits(mutation):
        return any(str(mutation.number) == one or not one.isdigit() and one in f"{mutation.words} {mutation.file} {mutation.tests}"
                   for one in only)
    return [mutation for mutation in mutations if not only or fits(mutation)]


def tell(text):
    print(text, file=sys.stderr, flush=True)


def require_sound(tree, mutations):
    """Tests that fail anyway would catch everything."""
    for tests in sorted({mutation.tests for mutation in mutations}):
        tell(f"without any mutation: {tests}")
        passes, told, count = tree.test(tests, SECONDS)
        if not passes or not count:
            sys.exit(f"mutate: {tests} does not pass without any mutation: {told or 'there are no such tests'}")


def is_caught(tree, mutation):
    begin = time.monotonic()
    passes, told, _ = tree.test(mutation.tests, SECONDS, mutation.number)
    print(f"{mutation.number:3} {'NOT CAUGHT' if passes else 'caught'}: {mutation.words} ({mutation.target}), by {mutation.tests}"
          f"{told and ': ' + told} ({time.monotonic() - begin:.0f} s)", flush=True)
    return not passes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    try:
        everything = table.read(TOP)
    except table.TableError as error:
        sys.exit(f"mutate: {error}")
    mutations = chosen(everything, options.only)
    if options.list:
        for one in mutations:
            print(f"{one.number:3} {one.words} ({one.file}, {one.tests})")
        return
    if not mutations:
        sys.exit("mutate: there is no such mutation; see --list")
    begin = time.monotonic()
    tree = Tree(TOP, FOLDER, everything)
    tell("building the sources with all mutations (some minutes the first time)")
    try:
        tree.build()
    except BuildError as error:
        sys.exit(f"mutate: it does not build; each mutation is `mutant == NUMBER ? (new) : (old)`:\n{error}")
    require_sound(tree, mutations)
    survivors = [one for one in mutations if not is_caught(tree, one)]
    minutes = (time.monotonic() - begin) / 60
    print(f"{len(mutations) - len(survivors)} of {len(mutations)} mutations caught in {minutes:.0f} minutes")
    for one in survivors:
        print(f"not caught: {one.number} {one.words} ({one.file}, {one.tests})")
    sys.exit(1 if survivors else 0)


main()
