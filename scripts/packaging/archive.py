"""Writes zip files of which the same input always gives the same bytes: names sorted, dates fixed, modes by kind."""

import os
import stat
import sys
import zipfile
import zlib
from pathlib import Path

# The earliest date that a zip can hold.
DATE = (1980, 1, 1, 0, 0, 0)


def write(destination, files, gain=0.0):
    """Writes files, a dict of name in the zip to path, to a zip that is there whole or not at all.

    Those that the deflate method makes smaller by less than `gain` (a share) are stored as they are, because
    they are there sooner: weights shrink by a few percent only.
    """
    destination = Path(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    beside = destination.with_name(destination.name + ".part")
    try:
        with zipfile.ZipFile(beside, "w") as archive:
            for name in sorted(files):
                content = Path(files[name]).read_bytes()
                entry = zipfile.ZipInfo(name, DATE)
                entry.create_system = 3  # Unix, or the mode below would not be read as one.
                mode = 0o755 if name == "bootstrap" or os.access(files[name], os.X_OK) else 0o644
                entry.external_attr = (stat.S_IFREG | mode) << 16
                size = len(zlib.compress(content, 9))
                shrinks = size < len(content) * (1 - gain)
                entry.compress_type = zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
                archive.writestr(entry, content, compresslevel=9)
        os.replace(beside, destination)
    finally:
        beside.unlink(missing_ok=True)


def folder(path):
    """The files of a folder by their names in a zip. What is hidden (`.git`, `.DS_Store`) stays out."""
    root = Path(path)
    files = {}
    for found in sorted(root.rglob("*")):
        name = found.relative_to(root)
        if found.is_file() and not any(part.startswith(".") for part in name.parts):
            files[name.as_posix()] = found
    return files


def main(arguments):
    """usage: archive.py [--gain SHARE] ZIP NAME=FILE|FOLDER..."""
    gain = 0.0
    if arguments[0] == "--gain":
        gain = float(arguments[1])
        arguments = arguments[2:]
    files = {}
    for argument in arguments[1:]:
        name, equals, path = argument.partition("=")
        files.update({name: path} if equals else folder(name))
    if not files:
        sys.exit(f"{' '.join(arguments[1:])}: there are no files to pack")
    write(arguments[0], files, gain)


if __name__ == "__main__":
    main(sys.argv[1:])
