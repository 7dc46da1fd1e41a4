"""Checks a zip against what Lambda takes, and says what is wrong with it."""

import re
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 50 MB for a zip that is uploaded by
# itself, 250 MB for the function and its layers unpacked.
ZIP_LIMIT = 50 << 20
UNZIPPED_LIMIT = 262_144_000
# The C library of provided.al2023, and what else of it a dynamic file may count on.
GLIBC = (2, 34)
PRESENT = re.compile(r"(ld-linux-.*|lib(c|m|dl|pthread|rt|resolv|gcc_s|stdc\+\+))\.so\.\d+$")


def problems(path, layers=()):
    """What is wrong, a sentence each; nothing: Lambda takes it.

    `layers` are the zips of the layers that the function uses.
    """
    found = []
    total = 0
    names = set()
    for number, archive in enumerate([path, *layers]):
        with zipfile.ZipFile(archive) as content:
            total += sum(entry.file_size for entry in content.infolist())
            names |= {entry.filename for entry in content.infolist()}
            size = Path(archive).stat().st_size
            if size > ZIP_LIMIT:
                found.append(
                    f"{archive} has {size:,} bytes, and Lambda takes no upload above {ZIP_LIMIT:,}: "
                    "put the models into S3 and name them there in thimble.json"
                )
            for entry in content.infolist():
                if entry.filename == "bootstrap":
                    found += bootstrap_problems(archive, content, entry)
    if total > UNZIPPED_LIMIT:
        found.append(
            f"unpacked, {' and '.join(map(str, [path, *layers]))} {'have' if layers else 'has'} {total:,} bytes, "
            f"and Lambda takes {UNZIPPED_LIMIT:,} at most, layers included: put the models into S3"
        )
    if "bootstrap" not in names:
        found.append(f"there is no bootstrap in {path}" + (" nor in the layers" if layers else ""))
    return found


def bootstrap_problems(archive, content, entry):
    """What is wrong with the executable itself."""
    mode = entry.external_attr >> 16
    if entry.create_system != 3 or not mode & stat.S_IXUSR or not mode & stat.S_IXOTH:
        yield f"bootstrap in {archive} has no run bit, and Lambda could not start it: chmod 755 bootstrap"
    with tempfile.NamedTemporaryFile() as file:
        file.write(content.read(entry))
        file.flush()
        yield from executable_problems(file.name, set(content.namelist()))


def executable_problems(path, names):
    """A static file is fine. A dynamic one may use what Amazon Linux 2023 has, and the package's lib folder."""
    if Path(path).read_bytes()[:4] != b"\x7fELF":
        yield "bootstrap is not a Linux executable"
        return
    told = subprocess.run(["readelf", "-W", "-l", "-d", "-V", path], capture_output=True, text=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", told)
    missing = [name for name in needed if not PRESENT.match(name) and f"lib/{name}" not in names]
    if missing:
        yield f"bootstrap is not static, and Lambda has no {', '.join(missing)}: build it with layer/build-bootstrap"
    versions = [tuple(map(int, version.split("."))) for version in re.findall(r"Name: GLIBC_([\d.]+)", told)]
    newest = max(versions, default=(0,))
    if newest > GLIBC:
        yield (
            f"bootstrap is not static, and wants glibc {'.'.join(map(str, newest))}, but provided.al2023 has "
            f"{'.'.join(map(str, GLIBC))}: build it with layer/build-bootstrap"
        )


def main(arguments):
    """usage: check.py ZIP [LAYER-ZIP...]"""
    found = problems(arguments[0], arguments[1:])
    for problem in found:
        print(f"package: {problem}", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
