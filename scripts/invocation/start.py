"""From exec to the function's first request for an event, where it loads no model before.

usage: start.py ROOT

ROOT is a folder with the package in var/task and with /proc, as in scripts/chroot-run. Prints median milliseconds.
"""

import json
import shutil
import statistics
import subprocess
import sys

STARTS = 41


def measure(bootstrap, folder):
    """Median milliseconds; None where the system gives no mount namespace, as to others than root."""
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("var/task", "tmp", "proc"):
        (root / name).mkdir(parents=True)
    shutil.copy(bootstrap, root / "var/task/bootstrap")
    model = {"name": "category", "source": "s3://models/absent.h5", "preload": False}
    (root / "var/task/thimble.json").write_text(json.dumps({"models": [model]}))
    own = ["unshare", "--mount", "sh", "-c", 'mount -t proc proc "$0/proc" && exec "$@"', root]
    if subprocess.run([*own, "true"], capture_output=True).returncode:
        return None
    run = subprocess.run([*own, sys.executable, __file__, root], stdout=subprocess.PIPE, check=True, text=True)
    return float(run.stdout)


def main(root):
    # Beside scripts/chroot-run, which promises the same and more.
    import function

    # Nobody listens there.
    starts = [function.start(root, {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}) for _ in range(STARTS)]
    bad = next((start for start in starts if not start.is_next), None)
    if bad:
        raise SystemExit(f"the function does not start: {bad.body}")
    print(statistics.median(start.milliseconds for start in starts))


if __name__ == "__main__":
    main(*sys.argv[1:])
