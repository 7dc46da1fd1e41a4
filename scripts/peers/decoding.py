"""A JPEG of 12 megapixels, decoded and resized to 224 x 224 by Thimble and by Pillow."""

import statistics
import subprocess
import tempfile
import time


def photo(path, width=4000, height=3000, seed=5):
    """Smooth shapes with the grain of a camera's sensor, as a telephone saves them. The name says the format."""
    import numpy
    from PIL import Image

    generator = numpy.random.default_rng(seed)
    coarse = generator.integers(0, 255, (30, 40, 3), dtype=numpy.uint8)
    smooth = numpy.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), dtype=numpy.int16)
    grain = generator.normal(0, 4, smooth.shape).astype(numpy.int16)
    Image.fromarray((smooth + grain).clip(0, 255).astype(numpy.uint8)).save(path, quality=90)


def compare(thimble, rounds):
    """Milliseconds of both by filter. Thimble's hold its whole process, Pillow's only the work."""
    import numpy
    from PIL import Image

    result = {}
    with tempfile.TemporaryDirectory(prefix="thimble-peers-") as folder:
        path, output = f"{folder}/photo.jpg", f"{folder}/x.npy"
        photo(path)
        for name in ("nearest", "bilinear", "bicubic"):
            own, peer = [], []
            for _ in range(rounds):
                begin = time.perf_counter()
                subprocess.run([thimble, "image", path, "--size", "224x224", "--resize", name, "--output", output],
                               check=True, capture_output=True)
                own.append((time.perf_counter() - begin) * 1e3)
                begin = time.perf_counter()
                with Image.open(path) as image:
                    resized = image.convert("RGB").resize((224, 224), Image.Resampling[name.upper()])
                    expected = numpy.asarray(resized, dtype=numpy.float32)
                peer.append((time.perf_counter() - begin) * 1e3)
            if not numpy.array_equal(numpy.load(output)[0], expected):
                raise SystemExit(f"the pixels of {name} differ from Pillow's")
            result[name] = {"thimble": statistics.median(own), "pillow": statistics.median(peer)}
    return result


def line(result):
    return "12-megapixel JPEG to 224 x 224: " + ", ".join(
        f"{name} {times['thimble']:.0f} ms (Pillow {times['pillow']:.0f})" for name, times in result.items())
