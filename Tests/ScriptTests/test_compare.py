"""Differing results of two processors, which scripts/test-arm64 must find."""

import struct
import subprocess
import sys

from support import TOP, FolderTest


class CompareTests(FolderTest):
    def compare(self, expected, actual):
        paths = []
        for name, results in (("expected", expected), ("actual", actual)):
            text = ""
            for kernel, values in results.items():
                whole = all(isinstance(value, int) for value in values)
                text += f"{'integers' if whole else 'floats'} {kernel} {len(values)}\n"
                bits = values if whole else struct.unpack(f"{len(values)}I", struct.pack(f"{len(values)}f", *values))
                text += "".join(f"{one}\n" for one in bits)
            paths.append(self.file(name, text.encode()))
        return subprocess.run(
            [sys.executable, TOP / "Tests/KernelsProbe/compare.py", *paths], capture_output=True, text=True
        )

    def test_rounding(self):
        self.assertEqual(self.compare({"a": [1.0, 2.0]}, {"a": [1.00001, 2.0]}).returncode, 0)
        told = self.compare({"a": [1.0, 2.0]}, {"a": [1.00003, 2.0]})
        self.assertEqual(told.returncode, 1)
        self.assertIn("a: the two processors differ by 1.5", told.stderr)

    def test_integers_and_what_is_no_number(self):
        self.assertEqual(self.compare({"a": [100000]}, {"a": [100001]}).returncode, 1)
        nan, inf = float("nan"), float("inf")
        self.assertEqual(self.compare({"a": [nan, 1.0]}, {"a": [1.0, 1.0]}).returncode, 1)
        self.assertEqual(self.compare({"a": [1.0, 1.0]}, {"a": [1.0, nan]}).returncode, 1)
        self.assertEqual(self.compare({"a": [nan, 1.0]}, {"a": [nan, 1.0]}).returncode, 0)
        self.assertEqual(self.compare({"a": [inf, 1.0]}, {"a": [-inf, 1.0]}).returncode, 1)
        # A kernel that computes nothing computes the same everywhere.
        self.assertEqual(self.compare({"a": [nan, nan]}, {"a": [nan, nan]}).returncode, 1)

    def test_plain_loops(self):
        both = {"a": [1.0], "a-plain": [1.1]}
        told = self.compare(both, both)
        self.assertEqual(told.returncode, 1)
        self.assertIn("plain loops differ", told.stderr)
        both["a-plain"] = [1.0, 2.0]
        self.assertEqual(self.compare(both, both).returncode, 1)

    def test_missing_results(self):
        self.assertEqual(self.compare({"a": [1.0]}, {"b": [1.0]}).returncode, 1)
        self.assertEqual(self.compare({"a": [1.0]}, {"a": [1.0, 2.0]}).returncode, 1)
