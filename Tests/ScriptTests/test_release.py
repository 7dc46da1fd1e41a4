"""A release's tag, code, changelog and checksums."""

import subprocess
import sys
import unittest

from support import TOP, FolderTest

sys.path.insert(0, str(TOP / "scripts/packaging"))

import release

CHANGELOG = """# Changelog

## [Unreleased]

## [1.2.0] - 2030-01-02

### Added

- A thing.

## [1.1.0] - 2030-01-01

- Older.

[1.2.0]: https://example.org
"""


class ReleaseTests(FolderTest):
    def run_release(self, *arguments):
        return subprocess.run(
            [sys.executable, "-B", TOP / "scripts/packaging/release.py", *arguments], capture_output=True, text=True)

    def test_the_version_is_one_of_three_numbers(self):
        self.assertRegex(release.version(), r"^\d+\.\d+\.\d+$")

    def test_notes_are_the_version_s(self):
        self.assertEqual(release.notes(CHANGELOG, "1.2.0"), "### Added\n\n- A thing.\n")
        self.assertEqual(release.notes(CHANGELOG, "1.1.0"), "- Older.\n")
        for number in ("1.2", "2.0.0", "Unreleased"):
            with self.assertRaisesRegex(release.NotReady, "has no section"):
                release.notes(CHANGELOG, number)

    def test_checksums_are_those_of_sha256sum(self):
        self.file("thimble-x86_64.zip", b"a zip")
        self.file("thimble-x86_64.cdx.json", b"{}")
        self.file("SHA256SUMS", b"old")
        self.file("SHA256SUMS", release.checksums(self.folder).encode())
        check = subprocess.run(
            ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(check.stdout, "thimble-x86_64.cdx.json: OK\nthimble-x86_64.zip: OK\n", check.stderr)

    def test_nothing_is_released_of_another_version_or_of_nothing(self):
        run = self.run_release("v0.0.0", self.folder)
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertIn(f"the tag is v0.0.0, and Sources/thimble/Version.swift has {release.version()}", run.stderr)
        with self.assertRaisesRegex(release.NotReady, "no zip"):
            release.checksums(self.folder)


if __name__ == "__main__":
    unittest.main()
