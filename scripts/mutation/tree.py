"""A copy of the sources that is built and tested away from them."""

import filecmp
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

# What tests look for in the top folder, and nobody changes.
SHARED = [".build-fixtures", ".build-venv", ".build-data"]


class BuildError(Exception):
    pass


class Tree:
    def __init__(self, source, folder):
        """Brings the copy up to date: files that are the same keep their dates, so that little is built again."""
        self.source, self.folder = Path(source), Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=source, capture_output=True, check=True)
        names = {name for name in listed.stdout.decode().split("\0") if name and os.path.lexists(self.source / name)}
        names |= {"Package.resolved"} & set(os.listdir(source))
        for room in ("Sources", "Tests"):
            for folder, _, files in os.walk(self.folder / room):
                for old in (Path(folder) / name for name in files):
                    if str(old.relative_to(self.folder)) not in names:
                        old.unlink()
        for name in names:
            self.restore(name)
        for name in SHARED:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(self.source / name)

    def restore(self, name):
        """Makes a file what it is in the sources."""
        source, copy = self.source / name, self.folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            if not copy.is_symlink() or os.readlink(copy) != os.readlink(source):
                copy.unlink(missing_ok=True)
                copy.symlink_to(os.readlink(source))
        elif not copy.exists() or not filecmp.cmp(source, copy, shallow=False):
            shutil.copyfile(source, copy)
            shutil.copymode(source, copy)

    def build(self):
        run = subprocess.run(
            ["swift", "build", "--build-tests"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode:
            errors = [line for line in run.stdout.splitlines() if "error:" in line] or run.stdout.splitlines()[-20:]
            raise BuildError("\n".join(dict.fromkeys(errors)))

    def test(self, filters, seconds):
        """Whether the tests pass; what failed or why they did not end; and how many there were."""
        command = ["swift", "test", "--skip-build"]
        for one in filters:
            command += ["--filter", one]
        # Their programs as well end with them.
        with subprocess.Popen(
                command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
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

    def dependencies(self):
        """All targets that a target is built from, itself included, by the target's name."""
        package = subprocess.run(["swift", "package", "dump-package"], cwd=self.folder, capture_output=True, check=True, text=True)
        direct = {}
        for target in json.loads(package.stdout)["targets"]:
            direct[target["name"]] = {
                entry[0] for dependency in target["dependencies"] for entry in dependency.values() if entry}

        def closure(name, seen):
            if name not in seen:
                seen.add(name)
                for other in direct.get(name, ()):
                    closure(other, seen)
            return seen

        return {name: closure(name, set()) for name in direct}
