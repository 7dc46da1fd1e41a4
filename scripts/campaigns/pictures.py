"""Pictures whose right labels are known: each has a colour of its own, and the model tells the mean red, green and
blue."""

import hashlib
import io
from typing import NamedTuple

import numpy
from PIL import Image, PngImagePlugin

LABELS = ["red", "green", "blue"]
# Of a score: how far the model's arithmetic may be from numpy's.
TOLERANCE = 0.003


class Picture(NamedTuple):
    body: bytes
    label: str
    score: float
    tolerance: float = TOLERANCE

    @property
    def etag(self):
        return hashlib.md5(self.body).hexdigest()

    def is_labelled(self, label, score):
        return label == self.label and abs(score - self.score) <= self.tolerance


def make(random, size=None):
    """A picture of one colour that nobody else is likely to have, with a text in it that nobody else has."""
    colour = [random.randrange(0, 100) for _ in LABELS]
    colour[random.randrange(3)] = random.randrange(130, 256)
    size = size or (random.randrange(4, 400), random.randrange(4, 400))
    # Half of the files are mostly picture, where a bit that flips changes the colour; others take longer to arrive.
    text = random.randbytes(random.choice([8, 8, 20_000])).hex()
    image = Image.new("RGB", size, tuple(colour))
    body = io.BytesIO()
    if random.random() < 0.5:
        image.save(body, "JPEG", comment=text, quality=90)
    else:
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", text)
        image.save(body, "PNG", pnginfo=info)
    return known(body.getvalue())


def photo(random, size):
    """A JPEG with as much in it as a camera's, of whose pixels the model takes few."""
    colour = numpy.array([random.randrange(60, 200) for _ in LABELS], numpy.uint8)
    generator = numpy.random.default_rng(random.randrange(1 << 30))
    noise = generator.integers(-40, 40, (size[1], size[0], 1), numpy.int16)
    body = io.BytesIO()
    Image.fromarray((colour + noise).clip(0, 255).astype(numpy.uint8)).save(body, "JPEG", quality=80)
    return known(body.getvalue())._replace(tolerance=0.05)


def known(body):
    """With the truth, which comes from what Pillow decodes."""
    with Image.open(io.BytesIO(body)) as image:
        means = numpy.asarray(image.convert("RGB"), numpy.float64).mean((0, 1)) / 255
    return Picture(body, LABELS[int(means.argmax())], float(means.max()))
