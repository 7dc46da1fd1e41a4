"""Makes a folder of zips ready for a release: checks that the tag, the code and the changelog agree, writes SHA256SUMS
into it and prints what the changelog says of the version.

usage: release.py TAG FOLDER
Exit code 1: they do not agree, or there is nothing to release; says what.
"""

import hashlib
import re
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]


class NotReady(Exception):
    """What keeps a version from being released."""


def version():
    """The version as the code has it, in its one place."""
    source = (TOP / "Sources/thimble/Version.swift").read_text()
    return re.search(r'static let number = "([\d.]+)"', source).group(1)


def notes(changelog, number):
    """A version's section of a changelog, without its heading."""
    match = re.search(rf"^## \[{re.escape(number)}\][^\n]*\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)", changelog, re.M | re.S)
    if not match or not match.group(1).strip():
        raise NotReady(f"CHANGELOG.md has no section [{number}]: what is unreleased becomes one")
    return match.group(1).strip() + "\n"


def checksums(folder):
    """The lines of `sha256sum` for the files of a folder, by name."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    if not any(path.suffix == ".zip" for path in files):
        raise NotReady(f"there is no zip in {folder}")
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def main(arguments):
    tag, folder = arguments[0], Path(arguments[1])
    try:
        if tag != f"v{version()}":
            raise NotReady(f"the tag is {tag}, and Sources/thimble/Version.swift has {version()}")
        text = notes((TOP / "CHANGELOG.md").read_text(), version())
        (folder / "SHA256SUMS").write_text(checksums(folder))
    except NotReady as error:
        sys.exit(f"release: {error}")
    print(text, end="")


if __name__ == "__main__":
    main(sys.argv[1:])
