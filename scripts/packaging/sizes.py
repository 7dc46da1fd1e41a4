"""Says what takes how much of a bootstrap, from the map that the linker wrote, and which libraries it holds.

usage: sizes.py MAP BOOTSTRAP [ZIP]
"""

import collections
import re
import sys
from pathlib import Path

# What an input file, as the linker names it, belongs to; the first that fits.
OWNERS = [
    ("Swift's library and runtime", r"libswift\w+\.a|swiftrt\.o|libstdc\+\+\.a"),
    ("OpenSSL", r"lib(ssl|crypto)\.a"),
    ("libcurl", r"libcurl\.a"),
    ("images: libjpeg, libpng, zlib", r"lib(jpeg|png16|z)\.a|C(JPEG|PNG)\.build"),
    ("C library", r"lib(c|m|m-[\d.]+|mvec|gcc|gcc_eh|pthread|dl|resolv|nss\w*)\.a|crt\w*\.o"),
    ("ours: Kernels, twice", r"Kernels(AVX512)?\.build"),
    ("ours: Inference", r"Inference\.build"),
    ("ours: Keras and HDF5", r"(Keras|HDF5|JSON)\.build"),
    ("ours: images", r"Imaging\.build"),
    ("ours: network and application", r"\w+\.build"),
    ("constants that were merged, tables of the linker", r"<internal>"),
]
# Address, load address, size, alignment; the indentation tells output sections from what went into them.
LINE = re.compile(r"\s*([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)\s+\d+ (\s*)(.+)")


def sizes(path):
    """Bytes of the file by owner."""
    found = collections.Counter()
    counted = False
    for line in Path(path).read_text(errors="replace").splitlines():
        match = LINE.fullmatch(line)
        if not match:
            continue
        address, size, indentation, name = match.groups()
        if not indentation:
            # Sections without an address are not loaded; these are not in the file.
            counted = int(address, 16) > 0 and name not in (".bss", ".tbss")
        elif counted and len(indentation) == 8:
            file = name.rpartition(":(")[0] or name
            owner = next((owner for owner, pattern in OWNERS if re.search(rf"(^|/)({pattern})", file)), "others")
            found[owner] += int(size, 16)
    return found


def main(arguments):
    found = sizes(arguments[0])
    total = Path(arguments[1]).stat().st_size
    for owner, size in [*found.most_common(), ("alignment and headers", total - found.total())]:
        print(f"{size:12,}  {size / total:4.0%}  {owner}")
    print(f"{total:12,}  100%  bootstrap")
    if len(arguments) > 2:
        print(f"{Path(arguments[2]).stat().st_size:12,}        {arguments[2]}")
    # As layer/build-libraries wrote it down.
    for line in (Path(arguments[1]).parent / "libraries/versions").read_text().splitlines():
        print(f"built with {line}")


if __name__ == "__main__":
    main(sys.argv[1:])
