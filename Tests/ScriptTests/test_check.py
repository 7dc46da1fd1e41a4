"""Each gate of check.py with a zip that Lambda would not take."""

import subprocess
import sys
import unittest
import zipfile

from support import TOP, FolderTest

sys.path.insert(0, str(TOP / "scripts/packaging"))

import check

MEGABYTE = 1 << 20


class CheckTests(FolderTest):
    def zip(self, name="function.zip", bootstrap=None, mode=0o100755, method=zipfile.ZIP_DEFLATED, **others):
        """A zip with a bootstrap, if one is given, and with files of so many zeros."""
        path = self.folder / name
        with zipfile.ZipFile(path, "w", method) as content:
            if bootstrap:
                entry = zipfile.ZipInfo("bootstrap")
                entry.create_system, entry.external_attr = 3, mode << 16
                content.writestr(entry, bootstrap.read_bytes())
            for other, size in others.items():
                content.writestr(other, bytes(size))
        return path

    def assertRefused(self, message, path, *layers):
        told = subprocess.run(
            [sys.executable, TOP / "scripts/packaging/check.py", path, *layers], capture_output=True, text=True
        )
        self.assertEqual(told.returncode, 1, told.stderr)
        self.assertRegex(told.stderr, f"^package: .*{message}")

    def test_good_ones(self):
        static = self.zip(bootstrap=self.executable(options=["-static"]))
        self.assertEqual(check.problems(static), [])
        dynamic = self.zip("dynamic.zip", bootstrap=self.executable("dynamic"))
        self.assertEqual(check.problems(dynamic), [])
        # A function of a configuration alone, on the layer.
        self.assertEqual(check.problems(self.zip("small.zip", config=2), [static]), [])

    def test_no_bootstrap(self):
        path = self.zip(config=2)
        self.assertRefused("there is no bootstrap in", path)
        self.assertRefused("nor in the layers", path, self.zip("layer.zip", other=2))

    def test_no_run_bit(self):
        self.assertRefused("has no run bit", self.zip(bootstrap=self.executable(), mode=0o100644))
        self.assertRefused("has no run bit", self.zip(bootstrap=self.executable(), mode=0o100700))

    def test_no_executable(self):
        script = self.file("script", b"#!/bin/sh\n")
        self.assertRefused("bootstrap is not a Linux executable", self.zip(bootstrap=script))

    def test_libraries_that_lambda_has_not(self):
        code = "const char *zlibVersion(void); int main(void) { return !zlibVersion(); }"
        dynamic = self.executable(code=code, options=["-lz"])
        self.assertRefused(r"Lambda has no libz\.so\.1: build it with", self.zip(bootstrap=dynamic))
        # It may bring the library along.
        self.assertEqual(check.problems(self.zip(bootstrap=dynamic, **{"lib/libz.so.1": 9})), [])

    def test_newer_glibc(self):
        code = "#include <stdlib.h>\nint main(void) { return arc4random() == 7; }"
        try:
            newer = self.executable(code=code)
        except subprocess.CalledProcessError:
            self.skipTest("the C library here is not newer than Lambda's")
        self.assertRefused(r"wants glibc 2\.36, but provided\.al2023 has 2\.34", self.zip(bootstrap=newer))

    def test_a_large_zip(self):
        path = self.zip(bootstrap=self.executable(), method=zipfile.ZIP_STORED, model=51 * MEGABYTE)
        self.assertRefused("bytes, and Lambda takes no upload above 52,428,800: put the models into S3", path)

    def test_a_large_content(self):
        half = self.zip(bootstrap=self.executable(), model=131 * MEGABYTE)
        self.assertEqual(check.problems(half), [])
        message = "Lambda takes 262,144,000 at most, layers included: put the models into S3"
        self.assertRefused(message, half, self.zip("layer.zip", model=131 * MEGABYTE))


if __name__ == "__main__":
    unittest.main()
