"""Compares `thimble image` with what a tf.data pipeline makes of image files: the numbers have to be equal to the bit.

usage: pixels.py THIMBLE FOLDER...

Each file below the folders is read as keras.utils.image_dataset_from_directory reads it, with several sizes, fits,
interpolations and colours. What both refuse counts as equal; what only one of them refuses is printed, and so is
what differs.
"""

import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import tensorflow as tf
from keras.src.utils.image_dataset_utils import _load_image_tf

FITS = {"stretch": {}, "crop": {"crop_to_aspect_ratio": True}, "pad": {"pad_to_aspect_ratio": True}}
COLORS = {"rgb": 3, "grayscale": 1, "rgba": 4}
SIZES = [(224, 224), (180, 240), (97, 333), (32, 32)]
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp"}



def theirs(path, size, fit, interpolation, color):
    """The dataset's image, computed in a graph as in a pipeline; None where TensorFlow refuses it."""
    files = tf.data.Dataset.from_tensors(str(path)).map(
        lambda file: _load_image_tf(file, size, COLORS[color], interpolation, "channels_last", **FITS[fit]))
    try:
        return next(iter(files)).numpy().astype(np.float32)
    except (tf.errors.InvalidArgumentError, tf.errors.UnknownError, ValueError):
        return None


def ours(thimble, path, size, fit, interpolation, color, output):
    """Thimble's image, or the text of its refusal."""
    done = subprocess.run(
        [thimble, "image", str(path), "--size", f"{size[0]}x{size[1]}", "--fit", fit, "--resize", f"tf-{interpolation}",
         "--color", color, "--output", output], capture_output=True, text=True)
    return np.load(output)[0] if done.returncode == 0 else done.stderr.strip()


def main(thimble, *folders):
    choose = random.Random(1)
    counts = Counter()
    files = sorted(path for folder in folders for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES)
    with tempfile.NamedTemporaryFile(suffix=".npy") as output:
        for path in files:
            for interpolation in ("bilinear", "nearest", "bicubic", "area"):
                settings = [choose.choice(SIZES), choose.choice(list(FITS)), interpolation,
                            choose.choice(["rgb", "rgb", "grayscale", "rgba"])]
                wanted = theirs(path, *settings)
                got = ours(thimble, path, *settings, output.name)
                if isinstance(got, str):
                    outcome = "refused by both" if wanted is None else "refused here only"
                    note = got
                elif wanted is None:
                    outcome, note = "read here only", ""
                elif got.shape == wanted.shape and np.array_equal(got, wanted):
                    outcome, note = "equal", ""
                else:
                    outcome = "different"
                    note = f"by {np.abs(got - wanted).max()}" if got.shape == wanted.shape else "in shape"
                counts[outcome] += 1
                if outcome not in ("equal", "refused by both"):
                    print(path, *settings, outcome, note, flush=True)
    print(f"{len(files)} files:", ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
    return 1 if counts["different"] or counts["refused here only"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
