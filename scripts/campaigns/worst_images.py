"""Images that take as much memory or time as their bytes allow: small files that become large."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
TURNED = 6


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width, height, depth, color, interlaced=False):
    """All zeros."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    row = (width * channels * depth + 7) // 8 + 1
    packer, packed = zlib.compressobj(1), []
    left = 2 * row * height if interlaced else row * height
    while left > 0:
        packed.append(packer.compress(bytes(min(left, 1 << 24))))
        left -= 1 << 24
    data = b"".join(packed) + packer.flush()
    palette = _chunk(b"PLTE", bytes(768)) if color == 3 else b""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + palette + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _jpeg(picture, turned=False, **options):
    exif = Image.Exif()
    if turned:
        exif[0x112] = TURNED
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=50, exif=exif, **options)
    return buffer.getvalue()


def _scans(width, height, scans):
    """A gray progressive JPEG of refinement scans that say nothing, each a few hundred bytes."""

    def segment(marker, data):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

    blocks = -(-width // 8) * -(-height // 8)
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    head = b"\xff\xd8" + segment(0xDB, b"\0" + bytes([16] * 64)) + segment(0xC2, frame)
    head += segment(0xC4, b"\0" + bytes([1] + [0] * 15) + b"\0")
    head += segment(0xC4, b"\x10" + bytes([1, 1] + [0] * 14) + b"\xe0\x00")
    first = bytes(-(-blocks // 8))
    bits, left = "", blocks
    while left >= 1 << 14:
        run = min(left, (1 << 15) - 1)
        bits += "0" + format(run - (1 << 14), "014b")
        left -= run
    bits += "10" * left
    bits += "1" * (-len(bits) % 8)
    empty = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    scan = segment(0xDA, b"\1\1\0\1\x3f\x10") + empty
    return (head + segment(0xDA, b"\1\1\0\0\0\0") + first + segment(0xDA, b"\1\1\0\1\x3f\1") + empty
            + scan * (scans - 2) + b"\xff\xd9")


def _bmp(width, height, bits, compression, pixels):
    header = struct.pack("<IIIHHIIIIII", 40, width, height, 1, bits, compression, len(pixels), 0, 0, 0, 0)
    palette = bytes(4 << bits) if bits <= 8 else b""
    return b"BM" + struct.pack("<III", 14 + 40 + len(palette) + len(pixels), 0, 54 + len(palette)) + header + palette + pixels


def files():
    """Names and bytes, fifty of them."""
    for width, height in [(67_000_000, 1), (30_000_000, 2), (12_000_000, 5), (1, 67_000_000), (3, 30_000_000)]:
        for depth, color in [(8, 6), (16, 6), (8, 0)]:
            yield f"strip-{width}x{height}-{depth}-{color}.png", _png(width, height, depth, color)
    for side, depth, color in [(13_000, 8, 0), (13_000, 8, 3), (9000, 8, 2), (8000, 8, 6), (6000, 16, 6), (13_300, 1, 0)]:
        yield f"square-{side}-{depth}-{color}.png", _png(side, side, depth, color)
        yield f"interlaced-{side}-{depth}-{color}.png", _png(side, side, depth, color, True)
    y, x = np.mgrid[0:8190, 0:8190].astype(np.float32)
    color = Image.fromarray(np.stack([np.sin(x / 300) * 100 + 128, y / 33, (x + y) / 66], -1).astype(np.uint8))
    for name, picture in {"gray": color.convert("L"), "rgb": color, "cmyk": color.convert("CMYK")}.items():
        for turned in (False, True):
            for progressive in (False, True):
                name_of_all = f"{name}{'-turned' * turned}{'-progressive' * progressive}.jpg"
                yield name_of_all, _jpeg(picture, turned, progressive=progressive)
    yield "rgb-444-progressive.jpg", _jpeg(color, True, progressive=True, subsampling=0)
    yield "wide.jpg", _jpeg(Image.new("RGB", (65_500, 2700)), True, progressive=True)
    yield "tall.jpg", _jpeg(Image.new("CMYK", (2700, 65_500)), True)
    for side, scans in [(8000, 499), (13_000, 120), (4000, 499)]:
        yield f"scans-{side}-{scans}.jpg", _scans(side, side, scans)
    yield "runs.bmp", _bmp(13_000, 13_000, 8, 1, bytes([0, 2, 255, 255]) * 60 + b"\0\1")
    yield "runs-whole.bmp", _bmp(13_000, 13_000, 8, 1, bytes([0, 2, 0, 255]) * 51 + b"\0\1")
    yield "large.bmp", _bmp(4500, 4500, 24, 0, bytes(13_500 * 4500))
    yield "bits.bmp", _bmp(13_300, 13_300, 1, 0, bytes((13_300 + 31) // 32 * 4 * 13_300))
    yield "wide.bmp", _bmp(60_000_000, 1, 8, 0, bytes(60_000_000))
