"""Writes what a bootstrap is made of, as CycloneDX 1.6 in JSON: each library that the linker's map names, with its version
and licence. The same bootstrap on the same machine gives the same bytes.

usage: sbom.py MAP BOOTSTRAP OUTPUT
Exit code 1: a file was linked that no component here owns, or whose version is unknown; says which.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import release

TOP = Path(__file__).parents[2]

# The source package, which linked files are its, and its licence by SPDX's names, as the project states it.
COMPONENTS = [
    ("curl", r"libcurl\.a", "curl"),
    ("openssl", r"lib(ssl|crypto)\.a", "Apache-2.0"),
    ("zlib", r"libz\.a", "Zlib"),
    ("libpng", r"libpng16\.a", "libpng-2.0"),
    ("libjpeg-turbo", r"libjpeg\.a", "IJG AND BSD-3-Clause AND Zlib"),
    ("glibc", r"lib(c|m|m-[\d.]+|mvec|pthread|dl|resolv)\.a|(crt1|rcrt1|Scrt1|crti|crtn)\.o", "LGPL-2.1-or-later"),
    ("gcc", r"lib(gcc|gcc_eh|stdc\+\+)\.a|crt(begin|end)\w*\.o", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    ("swift", r"libswift\w+\.a|swiftrt\.o", "Apache-2.0 WITH Swift-exception"),
]
# A file that was linked, at the end of a line of the map: an object, or an archive with a member in parentheses.
LINKED = re.compile(r"(/\S*?\.(?:o|a))(?:\(\S+?\))?:\(")


class Unknown(Exception):
    """Something that cannot be stated, and why."""


def linked(map_text):
    """The files that are in a bootstrap, without those of the targets in Sources/."""
    targets = {path.name for path in (TOP / "Sources").iterdir()}
    files = set(LINKED.findall(map_text))
    return sorted(file for file in files if Path(file).parent.name.removesuffix(".build") not in targets)


def components(files):
    """The linked files of each component, as a dict of name to paths."""
    found = {}
    for file in files:
        owner = next((name for name, pattern, _ in COMPONENTS if re.fullmatch(pattern, Path(file).name)), None)
        if owner is None:
            raise Unknown(f"{file} is linked, and scripts/packaging/sbom.py does not say whose it is")
        found.setdefault(owner, []).append(file)
    return found


def output(*command):
    """What a command prints; nothing where it fails or is not there."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return ""


def distributed(file):
    """The distribution's source package that a file is from, and its version; empty where unknown."""
    path = str(Path(file).resolve())
    # Debian's packages may still list a file by its path before /usr was merged.
    for name in (path, path.removeprefix("/usr")):
        package = output("dpkg-query", "-S", name).partition(": ")[0]
        if package:
            name, number = output("dpkg-query", "-W", "-f=${source:Package} ${source:Version}", package).split()
            return name, number
    name, _, number = output("rpm", "-qf", "--qf", "%{NAME} %{VERSION}-%{RELEASE}", path).partition(" ")
    return name, number


def origin(name, files, built):
    """The version of a component, and where it is from as a package URL.

    `built` is what layer/build-libraries wrote down: versions by name.
    """
    if name == "swift":
        package, number = name, (re.findall(r"Swift version (\S+)", output("swift", "--version")) or [""])[0]
    else:
        package, number = (name, built[name]) if name in built else distributed(files[0])
    if not number:
        raise Unknown(f"the version of {name} is unknown, and {files[0]} from it is linked")
    if name == "swift":
        return number, f"pkg:github/swiftlang/swift@swift-{number}-RELEASE"
    system = distribution()
    kind = "deb" if system in ("debian", "ubuntu") else "rpm"
    return number, f"pkg:{kind}/{system}/{package}@{quote(number, safe='')}" + ("?arch=source" if kind == "deb" else "")


def built_versions(text):
    """Of `curl 7.88.1-10+deb12u15` and `openssl 3.0.20-1, NOT THE NEWEST: ...` the names and versions."""
    return {name: rest.partition(",")[0] for name, rest in (line.split(" ", 1) for line in text.splitlines())}


def distribution():
    """The distribution's short name, e.g. `debian`."""
    match = re.search(r'^ID="?(\w+)', Path("/etc/os-release").read_text(), re.MULTILINE)
    return match.group(1) if match else "linux"


def document(map_text, bootstrap, built):
    """The bill of materials of a bootstrap's bytes."""
    licences = {name: licence for name, _, licence in COMPONENTS}
    listed = []
    for name, files in sorted(components(linked(map_text)).items()):
        number, url = origin(name, files, built)
        listed.append({
            "type": "library", "bom-ref": name, "name": name, "version": number,
            "licenses": [{"expression": licences[name]}], "purl": url,
        })
    thimble = {
        "type": "application", "bom-ref": "bootstrap", "name": "thimble", "version": release.version(),
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(bootstrap).hexdigest()}],
        "licenses": [{"expression": "Apache-2.0"}],
    }
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": thimble}, "components": listed,
        "dependencies": [{"ref": "bootstrap", "dependsOn": [one["bom-ref"] for one in listed]}],
    }


def main(arguments):
    map_path, bootstrap, destination = map(Path, arguments)
    try:
        built = built_versions((bootstrap.parent / "libraries/versions").read_text())
        found = document(map_path.read_text(errors="replace"), bootstrap.read_bytes(), built)
    except Unknown as error:
        sys.exit(f"sbom: {error}")
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_text(json.dumps(found, indent=2) + "\n")
    print(f"{destination}: {len(found['components'])} components")


if __name__ == "__main__":
    main(sys.argv[1:])
