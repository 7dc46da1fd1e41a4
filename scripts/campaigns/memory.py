"""Many large photos in one event, in a small function."""

import pictures
from deployment import Deployment, Source
from result import Result, judge

# MB.
SIZE = 512
OBJECTS = 20
# 12 megapixels.
PIXELS = (4000, 3000)


def run(products, folder, random):
    result = Result(f"memory, {OBJECTS} photos of 12 megapixels in {SIZE} MB", ["lost", "torn", "wrong"])
    with Deployment(products, folder, flags=["--memory", SIZE]) as deployment:
        source = Source(deployment, result)
        photos = [pictures.photo(random, PIXELS) for _ in range(3)]
        current = {}
        for number in range(OBJECTS):
            key = f"{number}.jpg"
            photo = photos[number % len(photos)]
            # Other bytes each, the same pixels: what follows a JPEG's end is not part of the picture.
            current[key] = deployment.bucket.put(
                key, lambda: photo._replace(body=photo.body + random.randbytes(16)))
        source.deliver(list(current))
        judge(result, deployment.bucket, current)
        for key, reason in source.reported.items():
            result.add("failed", f"{key}: {reason}")
        used = deployment.largest_memory()
        if not 0 < used < SIZE:
            result.add("too much", f"{used} MB of memory were used")
        held = "not held" not in deployment.log.read_text()
        result.note(f"{sum(len(picture.body) for picture in current.values()) >> 20} MB of JPEG")
        result.note(f"{used} MB used, {'held to its size' if held else 'NOT held to its size: no control groups here'}")
    return result
