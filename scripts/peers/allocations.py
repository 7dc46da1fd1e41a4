"""Heap allocations of a warm run, counted by a library that is preloaded; a static file would not load it."""

import json
import os
import subprocess


def a_run(thimble, counter, prefix, threads):
    """How many more a longer measurement makes, for each run more; the list of times grows by a few of its own."""
    short, long = (_count(thimble, counter, prefix, threads, seconds) for seconds in (0.2, 1.8))
    return (long["allocations"] - short["allocations"]) / max(long["runs"] - short["runs"], 1)


def _count(thimble, counter, prefix, threads, seconds):
    command = [thimble, "bench", f"{prefix}.h5", "--threads", str(threads), "--seconds", str(seconds), "--json"]
    run = subprocess.run(command, env={**os.environ, "LD_PRELOAD": counter}, capture_output=True, text=True, check=True)
    [line] = [line for line in run.stderr.splitlines() if line.startswith("allocations ")]
    return {"allocations": int(line.split()[1]), "runs": json.loads(run.stdout)["warm"]["runs"]}
