"""Writes zip files of which the same input always gives the same bytes: names sorted, dates fixed, modes by kind.

usage: archive.py [--gain SHARE] ZIP NAME=FILE|FOLDER...
"""

import os
import shutil
import stat
import struct
import subprocess
import sys
import zlib
from pathlib import Path

STORED, DEFLATED = 0, 8
UTF8_NAME = 1 << 11
# The earliest date that a zip can hold, 1980-01-01, as MS-DOS wrote it: (year - 1980) << 9 | month << 5 | day.
DATE = 1 << 5 | 1
UNIX = 3
# Beyond these a zip needs extensions, and Lambda has no room for it anyway.
LARGEST, MOST = 0xFFFFFFFF, 0xFFFF


class Unfit(Exception):
    """Something that cannot be packed, and why."""


def deflate(content):
    """As small as the deflate format allows at a bearable price: libdeflate saves 3 % over zlib."""
    if shutil.which("libdeflate-gzip"):
        gzip = subprocess.run(["libdeflate-gzip", "-12", "-c"], input=content, stdout=subprocess.PIPE, check=True)
        return gzip.stdout[10:-8]  # Without gzip's own header, which has no name here, and its trailer.
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


def write(destination, files, gain=0.0):
    """Writes files, a dict of name in the zip to path, to a zip that is there whole or not at all.

    Those that become smaller by less than `gain` (a share) are stored as they are, because they are there
    sooner: weights shrink by a few percent only.
    """
    if len(files) > MOST:
        raise Unfit(f"{len(files)} files are more than a zip holds")
    destination = Path(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    beside = destination.with_name(destination.name + ".part")
    try:
        with open(beside, "wb") as archive:
            directory = b""
            for name in sorted(files):
                content = Path(files[name]).read_bytes()
                packed, method = deflate(content), DEFLATED
                if len(packed) >= len(content) * (1 - gain):
                    packed, method = content, STORED
                if max(len(content), archive.tell() + len(packed)) > LARGEST:
                    raise Unfit(f"{files[name]} makes the zip larger than 4 GB: put it into S3")
                text = name.encode()
                runs = name == "bootstrap" or os.access(files[name], os.X_OK)
                mode = stat.S_IFREG | (0o755 if runs else 0o644)
                # Version needed, flags, method, time, date, checksum, sizes, lengths of name and extra field.
                common = struct.pack(
                    "<HHHHHIIIHH", 20, UTF8_NAME, method, 0, DATE, zlib.crc32(content), len(packed),
                    len(content), len(text), 0)  # fmt: skip
                # Version made by; then lengths of a comment, disk, internal and external attributes, place.
                directory += struct.pack("<4sBB", b"PK\1\2", 20, UNIX) + common
                directory += struct.pack("<HHHII", 0, 0, 0, mode << 16, archive.tell()) + text
                archive.write(b"PK\3\4" + common + text + packed)
            end = struct.pack(
                "<4sHHHHIIH", b"PK\5\6", 0, 0, len(files), len(files), len(directory), archive.tell(), 0)  # fmt: skip
            archive.write(directory + end)
        os.replace(beside, destination)
    finally:
        beside.unlink(missing_ok=True)


def folder(path):
    """The files of a folder by their names in a zip. What is hidden (`.git`, `.DS_Store`) stays out."""
    root = Path(path)
    files = {}
    for found in root.rglob("*"):
        name = found.relative_to(root)
        if found.is_file() and not any(part.startswith(".") for part in name.parts):
            files[name.as_posix()] = found
    if not files:
        raise Unfit(f"there are no files in {path}")
    return files


def main(arguments):
    gain = 0.0
    if arguments[0] == "--gain":
        gain = float(arguments[1])
        arguments = arguments[2:]
    files = {}
    try:
        for argument in arguments[1:]:
            name, equals, path = argument.partition("=")
            files.update({name: path} if equals else folder(argument))
        write(arguments[0], files, gain)
    except (Unfit, OSError) as error:
        sys.exit(f"archive: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
