"""Images that take as much as they can, one after the other, in a small function."""

import json
import re

import worst_images
from bucket import event
from deployment import MODEL, Deployment
from pictures import LABELS
from result import Result

# MB, and seconds that an invocation may take.
SIZE = 512
TIMEOUT = 60
FILTERS = ["nearest", "lanczos", "tf-area", "tf-bilinear"]


def settings(filter):
    source = {"name": "colour", "source": f"s3://models/{MODEL}", "labels": LABELS}
    fits = {"exifOrientation": True, "resize": filter}
    return json.dumps({"models": [source | {"input": fits}], "write": {"to": "metadata"}})


def run(products, folder, random):
    result = Result(f"images, the worst in {SIZE} MB", ["killed", "silent"])
    files = list(worst_images.files())
    labelled = refused = 0
    for filter in FILTERS:
        with Deployment(products, folder / filter, settings=settings(filter),
                        flags=["--memory", SIZE, "--timeout", TIMEOUT]) as deployment:
            for name, data in files:
                (deployment.folder / "images" / name).write_bytes(data)
                answer, error = deployment.invoke(event([name]))
                if error is None:
                    labelled += 1
                elif f"s3://images/{name}: " in error:
                    refused += 1
                else:
                    result.add("killed", f"{name} with {filter}: {error}")
                if error is None and not answer:
                    result.add("silent", f"{name} with {filter}")
                (deployment.folder / "images" / name).unlink()
            log = deployment.log.read_text()
            result.note(f"{filter}: {deployment.largest_memory()} MB")
            if "not held" in log:
                result.note("NOT held to its size: no control groups here")
            slowest = max(map(float, re.findall(r"\bDuration: ([0-9.]+) ms", log)), default=0)
            result.note(f"slowest {slowest / 1000:.1f} s")
    result.note(f"{len(files)} images, {labelled} labelled, {refused} refused")
    return result
