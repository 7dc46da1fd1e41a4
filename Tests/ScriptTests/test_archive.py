"""The zips that archive.py writes, as Python's zipfile and unzip read them."""

import os
import shutil
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

from support import TOP, FolderTest

sys.path.insert(0, str(TOP / "scripts/packaging"))

import archive


class ArchiveTests(FolderTest):
    def example(self, name):
        """The same files, made in another order and with other dates each time."""
        files = [
            ("thimble.json", b"{}" * 500, 0o600),
            ("labels/a.txt", "Käse\n".encode() * 99, 0o666),
            ("run.sh", b"#!", 0o700),
        ]
        for number, (file, content, mode) in enumerate(files if name == "a" else reversed(files)):
            path = self.file(f"{name}/{file}", content, mode)
            os.utime(path, (number, 1e9 + len(name) * number))
        self.file(f"{name}/.hidden", b"no")
        self.file(f"{name}/.git/config", b"no")
        return self.folder / name

    def test_same_files_same_bytes(self):
        for name in ("a", "other"):
            archive.write(self.folder / f"{name}.zip", archive.folder(self.example(name)))
        self.assertEqual((self.folder / "a.zip").read_bytes(), (self.folder / "other.zip").read_bytes())

    def test_names_dates_and_modes(self):
        files = archive.folder(self.example("a"))
        files["bootstrap"] = self.file("elsewhere/built", b"\x7fELF")  # Without a run bit of its own.
        archive.write(self.folder / "a.zip", files)
        with zipfile.ZipFile(self.folder / "a.zip") as content:
            self.assertIsNone(content.testzip())
            entries = content.infolist()
            self.assertEqual(content.read("labels/a.txt"), "Käse\n".encode() * 99)
        self.assertEqual([entry.filename for entry in entries], ["bootstrap", "labels/a.txt", "run.sh", "thimble.json"])
        self.assertEqual({entry.date_time for entry in entries}, {(1980, 1, 1, 0, 0, 0)})
        self.assertEqual({entry.create_system for entry in entries}, {3})
        modes = {entry.filename: entry.external_attr >> 16 for entry in entries}
        self.assertEqual(
            {name: oct(mode) for name, mode in modes.items()},
            {"bootstrap": "0o100755", "labels/a.txt": "0o100644", "run.sh": "0o100755", "thimble.json": "0o100644"},
        )

    @unittest.skipUnless(shutil.which("unzip"), "unzip is not installed")
    def test_unzip(self):
        archive.write(self.folder / "a.zip", archive.folder(self.example("a")))
        subprocess.run(["unzip", "-q", self.folder / "a.zip", "-d", self.folder / "out"], check=True)
        self.assertTrue(os.access(self.folder / "out/run.sh", os.X_OK))
        self.assertEqual((self.folder / "out/thimble.json").read_bytes(), b"{}" * 500)

    def test_what_hardly_shrinks_is_stored(self):
        files = {"noise": self.file("noise", os.urandom(9999)), "text": self.file("text", b"a" * 9999)}
        archive.write(self.folder / "a.zip", files, gain=0.2)
        with zipfile.ZipFile(self.folder / "a.zip") as content:
            self.assertEqual(content.getinfo("noise").compress_type, zipfile.ZIP_STORED)
            self.assertEqual(content.getinfo("text").compress_type, zipfile.ZIP_DEFLATED)

    def test_an_empty_file(self):
        archive.write(self.folder / "a.zip", {"empty": self.file("empty")})
        with zipfile.ZipFile(self.folder / "a.zip") as content:
            self.assertEqual(content.read("empty"), b"")

    def test_failures_leave_nothing(self):
        with self.assertRaises(OSError):
            archive.write(self.folder / "a.zip", {"gone": self.folder / "gone"})
        self.assertEqual(list(self.folder.iterdir()), [])
        (self.folder / "nothing").mkdir()
        with self.assertRaisesRegex(archive.Unfit, "there are no files in .*nothing"):
            archive.folder(self.folder / "nothing")


class SideloadTests(FolderTest):
    def test_sideload(self):
        self.file("from/labels.txt", b"cat\ndog\n")
        told = self.run_script("scripts/sideload", "--from", self.folder / "from", "--output", self.folder / "s.zip")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertRegex(told.stdout, r"s\.zip: \d+ bytes")
        with zipfile.ZipFile(self.folder / "s.zip") as content:
            self.assertEqual(content.namelist(), ["labels.txt"])

    def test_wrong_usage(self):
        for arguments, status, message in [
            ([], 64, "--from DIR is needed"),
            (["--form", "x"], 64, "--form is not known"),
            (["--from", "/nowhere"], 1, "/nowhere is not a folder"),
        ]:
            told = self.run_script("scripts/sideload", *arguments)
            self.assertEqual(told.returncode, status)
            self.assertIn(message, told.stderr)

    def test_help(self):
        for script in ("sideload", "package", "layer", "setup", "test", "test-arm64", "check-templates"):
            told = self.run_script(f"scripts/{script}", "--help")
            self.assertEqual(told.returncode, 0)
            self.assertIn(f"usage: scripts/{script}", told.stdout)


class PackageTests(FolderTest):
    def test_wrong_usage(self):
        for arguments, status, message in [
            (["--conifg", "x"], 64, "--conifg is not known"),
            (["--config", "/nowhere"], 1, "/nowhere is not a folder"),
        ]:
            told = self.run_script("scripts/package", *arguments)
            self.assertEqual(told.returncode, status)
            self.assertIn(message, told.stderr)

    def test_a_folder_with_bootstrap(self):
        """What scripts/package runs once all is built."""
        self.file("config/thimble.json", b"{}")
        command = ["scripts/packaging/archive.py", self.folder / "p.zip", self.folder / "config"]
        built = self.file("built", b"\x7fELF")
        told = subprocess.run(["python3", *command, f"bootstrap={built}"], cwd=TOP, capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stderr)
        with zipfile.ZipFile(Path(self.folder / "p.zip")) as content:
            self.assertEqual(content.namelist(), ["bootstrap", "thimble.json"])


if __name__ == "__main__":
    unittest.main()
