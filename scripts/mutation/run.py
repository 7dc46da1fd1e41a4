"""Breaks the sources in many ways and sees the tests fail; see scripts/mutate."""

import argparse
import sys
import time
from pathlib import Path

import table
from tree import BuildError, Tree

TOP = Path.cwd()
FOLDER = TOP / ".build-mutate"
# Of one mutation's tests: some mutations make a test wait for ever.
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
    filters = sorted({mutation.tests for mutation in mutations})
    tell(f"building and running the tests of {len(filters)} suites on sound sources (some minutes the first time)")
    try:
        tree.build()
    except BuildError as error:
        sys.exit(f"mutate: the sources do not build:\n{error}")
    for one in filters:
        passes, told, count = tree.test([one], SECONDS)
        if not passes or not count:
            sys.exit(f"mutate: {one} does not pass on sound sources: {told or 'there are no such tests'}")


def run(tree, batch):
    """Builds with all mutations of a batch, then runs each one's tests. Returns those that no test saw."""
    begin = time.monotonic()
    for mutation in batch:
        path = tree.folder / mutation.file
        path.write_text(mutation.applied(path.read_text()))
    survivors = []
    try:
        tree.build()
        built = time.monotonic() - begin
        for mutation in batch:
            begin = time.monotonic()
            passes, told, _ = tree.test([mutation.tests], SECONDS)
            verdict = "NOT CAUGHT" if passes else "caught"
            print(f"{mutation.number:3} {verdict}: {mutation.words} ({mutation.source}), by {mutation.tests}"
                  + (f": {told}" if told else "") + f" ({built / len(batch):.0f} + {time.monotonic() - begin:.0f} s)", flush=True)
            if passes:
                survivors.append(mutation)
    except BuildError as error:
        sys.exit("mutate: it does not build with " + ", ".join(f"{one.number} {one.words}" for one in batch) + f":\n{error}")
    finally:
        for mutation in batch:
            tree.restore(mutation.file)
    return survivors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    try:
        mutations = chosen(table.read(TOP), options.only)
    except table.TableError as error:
        sys.exit(f"mutate: {error}")
    if options.list:
        for one in mutations:
            print(f"{one.number:3} {one.words} ({one.file}, {one.tests})")
        return
    if not mutations:
        sys.exit("mutate: there is no such mutation; see --list")
    begin = time.monotonic()
    tree = Tree(TOP, FOLDER)
    batches = table.batches(mutations, tree.dependencies())
    require_sound(tree, mutations)
    survivors = []
    for index, batch in enumerate(batches, 1):
        tell(f"build {index} of {len(batches)}: {', '.join(str(one.number) for one in batch)}")
        survivors += run(tree, batch)
    print(f"{len(mutations) - len(survivors)} of {len(mutations)} mutations caught in {(time.monotonic() - begin) / 60:.0f} minutes")
    for one in survivors:
        print(f"not caught: {one.number} {one.words} ({one.file}, {one.tests})")
    sys.exit(1 if survivors else 0)


main()
