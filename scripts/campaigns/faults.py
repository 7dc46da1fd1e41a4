"""A third of all requests to S3 fail, in eleven ways, while objects come, are replaced, and are reported in events of
one and of several."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pictures
import verdict
from deployment import Deployment, Source
from result import Result, judge

RATE = 0.3
# Seconds that an answer hangs.
STALL = 3
UPLOADERS = 4
# Objects in each of the larger events.
TOGETHER = 10
REPLACED = 0.4
# Seconds until an object is replaced, at most.
LONGEST = 4


def run(products, folder, random, *, objects, mode):
    result = Result(f"faults, {mode}, {objects} objects")
    flags = ["--fail-rate", RATE, "--fail-seed", random.randrange(1 << 30), "--fail-kind", "all",
             "--fail-stall", STALL]
    with Deployment(products, folder, mode=mode, flags=flags) as deployment:
        source = Source(deployment, result)
        current = {}
        lock = threading.Lock()
        draws = [random.randrange(1 << 30) for _ in range(objects)]

        def upload(index):
            own = type(random)(draws[index])
            key = f"{index:04}.jpg"
            for version in range(2 if own.random() < REPLACED else 1):
                # While its event waits, is handled, or has been.
                time.sleep(version * own.random() * LONGEST)
                picture = deployment.bucket.put(key, lambda: pictures.make(own))
                with lock:
                    replaced = key in current
                    current[key] = picture
                # Nobody waits for the answer.
                deliveries.append(pool.submit(source.deliver, [key]))
            return replaced

        deliveries = []
        with ThreadPoolExecutor(16) as pool, ThreadPoolExecutor(UPLOADERS) as uploaders:
            replaced = sum(uploaders.map(upload, range(objects)))
            # S3 promises at least one delivery: these events repeat objects, many at a time.
            keys = sorted(current)
            for start in range(0, len(keys), 2 * TOGETHER):
                deliveries.append(pool.submit(source.deliver, keys[start:start + TOGETHER]))
            for delivery in deliveries:
                delivery.result()
        reported = source.redrive()
        while source.deliver_copies():
            pass
        judge(result, deployment.bucket, current, source.reported, mode)
        entries = deployment.requests()
        for place, count in verdict.doubled(entries).items():
            result.add("doubled", f"{place[0]}, {place[1]}: {count} times")
        failed = [entry["fault"] for entry in entries if "fault" in entry]
        refused = sum(verdict.is_copy(entry) and entry["status"] == 412 for entry in entries)
        result.note(f"{replaced} replaced, {refused} of them between their reading and their copy")
        result.note(f"{len(failed)} of {len(entries)} requests failed in {len(set(failed))} ways")
        result.note(f"{source.failures} of {source.invocations} invocations failed")
        result.note(f"{reported} objects delivered again after three attempts")
        result.note(f"{sum(verdict.copies(entries).values())} copies")
    return result
