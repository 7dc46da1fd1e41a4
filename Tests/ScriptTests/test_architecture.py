"""docs/architecture.md against Package.swift, the imports and the folders."""

import json
import re
import subprocess
import unittest

from support import TOP

PAGE = (TOP / "docs/architecture.md").read_text()
# Targets without a box: headers of C libraries, and what only tests and measurements use.
UNDRAWN = re.compile(r"C[A-Z]\w*|Benchmarks")


def reachable(arrows, start):
    """All that can be reached from a target, itself left out."""
    found, rest = set(), list(arrows.get(start, ()))
    while rest:
        target = rest.pop()
        if target not in found:
            found.add(target)
            rest += arrows.get(target, ())
    return found


class ArchitectureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = subprocess.run(
            ["swift", "package", "--ignore-lock", "dump-package"], cwd=TOP, capture_output=True, text=True, check=True).stdout
        targets = json.loads(text)["targets"]
        cls.uses = {
            target["name"]: {next(iter(d.values()))[0] for d in target["dependencies"]}
            for target in targets if not target.get("path")}
        cls.ours = {name for name in cls.uses if (TOP / "Sources" / name).is_dir()}
        cls.boxes = {name for name in cls.ours if not UNDRAWN.fullmatch(name)}

    def test_the_picture_is_that_of_the_package(self):
        drawn = {}
        for source, target in re.findall(r"^  (\w+) --> (\w+)$", PAGE, re.M):
            drawn.setdefault(source, set()).add(target)
        direct = {name: self.uses[name] & self.boxes for name in self.boxes}
        for name in self.boxes:
            self.assertEqual(reachable(drawn, name), reachable(direct, name), f"what {name} uses")
            for target in drawn.get(name, ()):
                others = {k: v - ({target} if k == name else set()) for k, v in drawn.items()}
                self.assertNotIn(target, reachable(others, name), f"{name} --> {target} follows from others")

    def test_arrows_point_down(self):
        for name in self.ours:
            self.assertNotIn(name, reachable(self.uses, name), f"{name} uses itself")

    def test_every_target_is_described(self):
        for name in self.boxes:
            self.assertIn(f"`{name}`", PAGE)

    def test_imports_are_declared(self):
        for name in self.ours:
            for path in (TOP / "Sources" / name).rglob("*.swift"):
                for module in re.findall(r"^(?:@\w+ )?(?:\w+ )?import (?:\w+ )?(\w+)", path.read_text(), re.M):
                    if module in self.ours:
                        self.assertIn(module, self.uses[name], f"{path.relative_to(TOP)} imports {module}")

    def test_paths_exist(self):
        for page in [TOP / "README.md", *(TOP / "docs").glob("*.md")]:
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page.name} links to {link}")

    def test_files_that_texts_and_scripts_name_exist(self):
        tracked = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True).stdout
        for file in tracked.splitlines():
            # The changelog may name what is gone; a word in capitals stands for a name.
            if file == "CHANGELOG.md" or not (TOP / file).is_file():
                continue
            text = (TOP / file).read_text(errors="replace")
            for path in re.findall(r"\b(?:Sources|Tests|scripts|docs)/[\w+./-]*\w", text):
                if not re.search(r"/(?:[A-Z]+|X)(?:[/.]|$)|/[A-Z]{2}", path):
                    self.assertTrue((TOP / path).exists(), f"{file} names {path}")

    def test_folders_are_small(self):
        for folder in [TOP / "Sources", TOP / "Tests"]:
            for path in [folder, *(p for p in folder.rglob("*") if p.is_dir())]:
                files = [p for p in path.iterdir() if p.is_file()]
                self.assertLessEqual(len(files), 16, f"{path.relative_to(TOP)} needs shelves")


if __name__ == "__main__":
    unittest.main()
