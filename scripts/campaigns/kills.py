"""The function's process is killed at random moments, of its start and of its invocations, and /tmp is kept."""

import os
import threading
import time

import pictures
import verdict
from deployment import MODEL, Deployment, Source
from result import Result, judge, left_over

# MB: so that there is a middle in which its download can be killed.
MODEL_SIZE = 5
# MB/s and ms of S3.
RATE, LATENCY = 50, 3
# Seconds from the process' start to its death: a cold start takes about 0.2.
LONGEST = 0.5
# One kill in so many finds a new model to be fetched.
RENEWAL = 3


def run(products, folder, random, *, kills):
    result = Result(f"kills, {kills} at random moments")
    known = {products.model}
    struck = []

    def renew(deployment):
        """Another model that tells the same: it has not been fetched yet."""
        body = padded(products, folder, MODEL_SIZE)
        known.add(body)
        # In one step, or it could be read half-written: S3 has no such objects.
        staged = folder / "staged"
        staged.write_bytes(body)
        os.replace(staged, deployment.folder / "models" / MODEL)
        for file in deployment.models.glob("*"):
            if file.suffix in (".model", ".parts"):
                file.unlink(missing_ok=True)

    with Deployment(products, folder, flags=["--s3-rate", RATE, "--s3-latency", LATENCY]) as deployment:
        source = Source(deployment, result)
        renew(deployment)

        def killer(draw):
            while len(struck) < kills:
                while not deployment.children():
                    if len(struck) >= kills:
                        return
                    time.sleep(0.001)
                time.sleep(draw.random() ** 2 * LONGEST)
                if deployment.kill_function():
                    struck.append(time.monotonic())
                    if draw.randrange(RENEWAL) == 0:
                        renew(deployment)

        thread = threading.Thread(target=killer, args=[type(random)(random.randrange(1 << 30))], daemon=True)
        thread.start()
        current = {}
        told = []
        number = 0
        while thread.is_alive():
            keys = []
            for _ in range(random.choice([1, 1, 3, 6])):
                # Most are new, some are replaced.
                key = random.choice(sorted(current)) if current and random.random() < 0.2 else f"{number:05}.jpg"
                number += 1
                current[key] = deployment.bucket.put(key, lambda: pictures.make(random))
                keys.append(key)
            told.append(keys)
            source.deliver(keys)
        thread.join()
        reported = source.redrive()
        judge(result, deployment.bucket, current)
        entries = deployment.requests()
        for place, count in verdict.doubled(entries).items():
            result.add("doubled", f"{place[0]}, {place[1]}: {count} times")
        for fault in left_over(deployment.models, known):
            result.add("left over", fault)
        result.note(f"{len(current)} objects, {len(told)} events")
        result.note(f"{source.failures} of {source.invocations} invocations failed")
        result.note(f"{reported} objects delivered again after three attempts")
        result.note(f"{len(known)} models")
    return result


def padded(products, folder, megabytes):
    """The model with the state of an optimizer, of so many random bytes."""
    import h5py
    import numpy

    path = folder / "padded.h5"
    path.write_bytes(products.model)
    with h5py.File(path, "a") as file:
        bytes_ = numpy.frombuffer(os.urandom(megabytes << 20), numpy.uint8)
        file.create_group("optimizer_weights").create_dataset("state", data=bytes_)
    return path.read_bytes()
