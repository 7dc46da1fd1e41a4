"""A copy of the sources that is built and tested away from them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

# The number of the mutation that a process has.
VARIABLE = "THIMBLE_MUTANT"
# What tests look for in the top folder, and nobody changes.
SHARED = [".build-fixtures", ".build-venv", ".build-data"]
# What each target with a mutation gets.
SWITCH = f"""import Glibc

/// The mutation that this process has.
let mutant = getenv("{VARIABLE}").map {{ atoi($0) }} ?? 0
"""


class BuildError(Exception):
    pass


class Tree:
    def __init__(self, source, folder, mutations):
        """Brings the copy up to date. It has all mutations, as building takes most of the time: a process has the one that
        its environment names."""
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        targets = {mutation.target for mutation in mutations}
        # Kernels' folder Wide is compiled into two.
        targets |= {"KernelsAVX512"} if "Kernels" in targets else set()
        switches = {f"Sources/{target}/Mutant.swift" for target in targets}
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=source, capture_output=True, check=True)
        names = {name for name in listed.stdout.decode().split("\0") if name and os.path.lexists(source / name)}
        names |= {"Package.resolved"} & set(os.listdir(source))
        for room in ("Sources", "Tests"):
            for place, _, files in os.walk(self.folder / room):
                for old in (Path(place) / name for name in files):
                    if str(old.relative_to(self.folder)) not in names | switches:
                        old.unlink()
        for name in names:
            content = (source / name).read_bytes() if not (source / name).is_symlink() else b""
            for mutation in mutations:
                if mutation.file == name:
                    content = mutation.applied(content.decode()).encode()
            self.put(name, content, source / name)
        for name in switches:
            self.put(name, SWITCH.encode())
        for name in SHARED:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(source / name)

    def put(self, name, content, like=None):
        """Writes a file, or a link as another is. One that is right already keeps its date: it is not built again."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if like and like.is_symlink():
            if not path.is_symlink():
                path.symlink_to(os.readlink(like))
        elif not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            if like:
                shutil.copymode(like, path)

    def build(self):
        run = subprocess.run(
            ["swift", "build", "--build-tests"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode:
            errors = [line for line in run.stdout.splitlines() if "error:" in line] or run.stdout.splitlines()[-20:]
            raise BuildError("\n".join(dict.fromkeys(errors)))

    def test(self, tests, seconds, mutant=0):
        """Whether the tests pass with a mutation, 0 being none; what failed or why they did not end; how many there were."""
        # The programs that they start end with them.
        with subprocess.Popen(
                ["swift", "test", "--skip-build", "--filter", tests], cwd=self.folder,
                env=os.environ | {VARIABLE: str(mutant)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                start_new_session=True) as process:
            try:
                output, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.communicate()
                return False, f"did not end in {seconds} s", None
        counts = [int(count) for count in re.findall(r"Test run with (\d+) tests?", output)]
        failures = re.findall(r"✘ Test (.+?) recorded an issue", output)
        told = failures[0] if failures else "crashed" if process.returncode else ""
        return process.returncode == 0, told, max(counts, default=None)
