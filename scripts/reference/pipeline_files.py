"""Image files of the kinds that programs decode in different ways, small enough to be kept in JSON."""

import io
import json
import struct
import zlib
from base64 import b64encode

import numpy as np
from PIL import Image


def encode(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def with_chunk(png, kind, data):
    at = png.index(b"IDAT") - 4
    return png[:at] + struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) + png[at:]


def files():
    """Names and bytes. Sides are odd, so that no size divides another."""
    rng = np.random.default_rng(5)
    y, x, c = np.mgrid[0:37, 0:29, 0:4]
    pixels = np.clip(128 + 90 * np.sin(x / 4 + c) * np.cos(y / 5) + rng.normal(0, 20, x.shape), 0, 255).astype(np.uint8)
    color = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    gray, clear = color.convert("L"), Image.fromarray(pixels)
    indices = color.quantize(12)
    words = Image.fromarray((pixels[..., 0].astype(np.uint16) * 257 + 91).astype(np.uint16))
    png = encode(color, "PNG")
    return {
        "420.jpg": encode(color, "JPEG", quality=80),
        "444.jpg": encode(color, "JPEG", quality=93, subsampling=0),
        "422-progressive.jpg": encode(color, "JPEG", subsampling=1, progressive=True),
        "gray.jpg": encode(gray, "JPEG"),
        "cmyk.jpg": encode(Image.fromarray(pixels, "CMYK"), "JPEG"),
        "rgb.png": png,
        "gamma.png": with_chunk(png, b"gAMA", struct.pack(">I", 30000)),
        "srgb.png": with_chunk(png, b"sRGB", b"\0"),
        "clear.png": encode(clear, "PNG"),
        "key.png": encode(color, "PNG", transparency=tuple(int(v) for v in pixels[0, 0, :3])),
        "palette.png": encode(indices, "PNG"),
        "palette-clear.png": encode(indices, "PNG", transparency=bytes([0, 90, 200])),
        "gray.png": encode(gray, "PNG"),
        "gray-alpha.png": encode(clear.convert("LA"), "PNG"),
        "bits.png": encode(color.convert("1"), "PNG"),
        "words.png": encode(words, "PNG"),
        "rgb.bmp": encode(color, "BMP"),
        "rgba.bmp": encode(clear, "BMP"),
        "palette.bmp": encode(indices, "BMP"),
        "gray.bmp": encode(gray, "BMP"),
    }


def write(path, cases):
    """`cases`: file, settings as `thimble.json` has them, and the result in bytes or float32; None where it is refused."""
    with open(path, "w") as out:
        json.dump({
            "files": {name: b64encode(data).decode() for name, data in files().items()},
            "cases": [
                {"file": name, **settings,
                 "values": None if values is None else b64encode(values.tobytes()).decode()}
                for name, settings, values in cases],
        }, out, indent=0)
