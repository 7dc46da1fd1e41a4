"""What scripts/conformance compares with: `thimble verify`, and when a model has passed."""

import json
import resource
import subprocess
import sys
import time

TOLERANCE = 1e-5
# What a process may take: the pages name models that need more.
MEMORY_LIMIT = 20 << 30


def verify(thimble, path, folder):
    """The largest difference that Thimble tells, or what it says instead."""
    run = subprocess.run(
        [thimble, "verify", path, "--input", f"{folder}/x.npy", "--expect", f"{folder}/y.npy",
         "--tolerance", str(TOLERANCE), "--json"], capture_output=True, text=True)
    try:
        # JSON has no infinity: it comes as a text.
        return max(float(output["worst"]["difference"]) for output in json.loads(run.stdout)["outputs"])
    except (ValueError, KeyError):
        return (run.stderr or run.stdout).strip()


def passed(row, tolerance=TOLERANCE):
    """Whether each file gave what was expected; not a number is not."""
    return bool(row["files"]) and all(
        isinstance(value, float) and value <= tolerance for value in row["files"].values())


def measured(script, thimble, name):
    """The row of a model, which a process of its own prints, or what kept it from being compared."""
    run = subprocess.run(
        [sys.executable, script, thimble, "--one", name], capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT)))
    try:
        return json.loads(run.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        reason = (run.stderr.strip().splitlines() or ["ended"])[-1][:200]
        return {"name": name, "files": {}, "reason": f"Keras: {reason}"}


def difference(value):
    return "" if value is None else f"{value:.1e}" if isinstance(value, float) else value


def compare_all(names, measure, cells, write, is_passed):
    """Compares models, a line each, and ends the process: with 1 if one has not passed.

    names: all that there are; those of the command line come before them, and then nothing is written.
    """
    chosen = sys.argv[2:]
    rows = []
    for name in chosen or names:
        start = time.monotonic()
        rows.append(measure(name))
        print("  ".join(filter(None, cells(rows[-1]))), f"({time.monotonic() - start:.0f} s)", flush=True)
    if not chosen:
        write(rows)
    failed = [row["name"] for row in rows if not is_passed(row)]
    print(f"{len(rows) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)
