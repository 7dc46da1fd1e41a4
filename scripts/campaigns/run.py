"""Runs the campaigns and says what they came to."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import eight
import faults
import images
import kills
import memory
import storage
from deployment import Products

MODES = ["metadata", "tags", "both"]
SMALL_SIZES = [1, 8, 12, 16, 30]


def campaigns(is_long):
    """Names and what they do."""
    return {
        "faults": [
            lambda *where, mode=mode, objects=objects: faults.run(*where, objects=objects, mode=mode)
            for mode, objects in ([(mode, 100) for mode in MODES] if is_long else [("metadata", 100)])],
        "kills": [lambda *where: kills.run(*where, kills=250 if is_long else 40)],
        "eight": [
            lambda *where, mode=mode, faults=faults: eight.run(
                *where, rounds=200 if is_long and not faults else 20, mode=mode, faults=faults)
            for faults in ([False, True] if is_long else [False]) for mode in MODES],
        "storage": [
            lambda *where: storage.run(*where, sizes=list(range(1, 31)) if is_long else SMALL_SIZES)],
        "memory": [lambda *where: memory.run(*where)],
    } | ({"images": [lambda *where: images.run(*where)]} if is_long else {})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bootstrap")
    parser.add_argument("thimble")
    parser.add_argument("fixtures")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    options = parser.parse_args()
    chosen = campaigns(options.long)
    names = options.only.split(",") if options.only else list(chosen)
    unknown = [name for name in names if name not in chosen]
    if unknown:
        parser.error(f"--only {unknown[0]}: there are {', '.join(chosen)}")
    products = Products(options.bootstrap, options.thimble, options.fixtures)
    folder = Path(tempfile.mkdtemp(prefix="thimble-campaign-")).resolve()
    print(f"seed {options.seed}", flush=True)
    has_faults = False
    for name in names:
        for number, campaign in enumerate(chosen[name]):
            start = time.monotonic()
            result = campaign(products, folder / f"{name}-{number}", random.Random(f"{options.seed} {name} {number}"))
            print(f"{result.line}, {time.monotonic() - start:.0f} s", flush=True)
            for fault in result.faults[:20]:
                print(f"  {fault}", flush=True)
            has_faults = has_faults or bool(result.faults)
    if has_faults:
        print(f"campaign: what the function and S3 logged is in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


sys.exit(main())
