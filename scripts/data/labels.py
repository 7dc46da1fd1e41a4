"""Waits until the photos in the bucket "images" have labels in their metadata, and prints them.

usage: labels.py ENDPOINT LOG [PHOTO=MODEL:LABEL:SCORE...] --photos FILE...

LOG is what the emulator wrote to stderr; the times are in it. Exit code 1 when a photo has no labels after a
minute, or when one that is given as PHOTO=MODEL:LABEL:SCORE has another label or a lower score.
"""

import re
import sys
import time
from pathlib import Path

import botocore.session

PATIENCE = 60


def wait_for_labels(client, photos):
    """The metadata of each photo once the function has written it."""
    found, start = {}, time.monotonic()
    while len(found) < len(photos) and time.monotonic() - start < PATIENCE:
        for photo in photos:
            if photo not in found:
                metadata = client.head_object(Bucket="images", Key=photo)["Metadata"]
                if "thimble" in metadata:
                    found[photo] = metadata
        time.sleep(0.05)
    return found


def milliseconds(log, photos):
    """What Lambda would have reported for the invocation that labelled each photo."""
    times = {}
    for block in re.findall(r"START RequestId.*?REPORT RequestId[^\n]*", log, re.DOTALL):
        duration = float(re.search(r"\tDuration: ([0-9.]+) ms", block)[1])
        for photo in photos:
            if f'"s3://images/{photo}"' in block:
                times[photo] = max(duration, times.get(photo, 0))
    return times


def print_table(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main():
    endpoint, log, *rest = sys.argv[1:]
    expected = rest[: rest.index("--photos")]
    photos = sorted(Path(path).name for path in rest[rest.index("--photos") + 1 :])
    client = botocore.session.get_session().create_client("s3", endpoint_url=endpoint)
    found = wait_for_labels(client, photos)
    time.sleep(0.5)  # The log's last line may still be on its way.
    times = milliseconds(Path(log).read_text(errors="replace"), photos)

    models = sorted({name.removesuffix("-score") for data in found.values() for name in data if name.endswith("-score")})
    rows = [["photo", *(title for model in models for title in (model, "score")), "ms"]]
    for photo in photos:
        metadata = found.get(photo, {})
        cells = [metadata.get(name, "-") for model in models for name in (model, model + "-score")]
        rows.append([photo, *cells, f"{times[photo]:.0f}" if photo in times else "-"])
    print_table(rows)

    failures = [f"{photo} has no labels after {PATIENCE} seconds" for photo in photos if photo not in found]
    for item in expected:
        photo, truth = item.split("=")
        model, label, score = truth.split(":")
        metadata = found.get(photo, {})
        if metadata.get(model) != label or float(metadata.get(model + "-score", 0)) < float(score):
            failures.append(f"{photo} should be {label} with a score of {score} or more")
    for failure in failures:
        print(f"demo: {failure}", file=sys.stderr)
    sys.exit(1 if failures else 0)


main()
