"""Tests/KernelsProbe must run all that Kernels offers."""

import re
import unittest

from support import TOP


class ProbeTests(unittest.TestCase):
    def test_every_kernel_is_run(self):
        kernels = "".join(path.read_text() for path in (TOP / "Sources/Kernels").rglob("*.swift"))
        probe = "".join(path.read_text() for path in (TOP / "Tests/KernelsProbe").glob("*.swift"))
        functions = set(re.findall(r"^public func (\w+)", kernels, re.M))
        self.assertGreater(len(functions), 30)
        missing = {name for name in functions if not re.search(rf"\b{name}\(", probe)}
        for enumeration in ("ElementwiseFunction", "BinaryFunction", "ReductionFunction", "NormalizationFunction"):
            body = re.search(rf"public enum {enumeration}\b.*?{{(.*?)\n?}}", kernels, re.S)[1]
            lines = re.findall(r"\bcase (.*)", body)
            cases = {name for line in lines for name in re.findall(r"(\w+)", re.sub(r"\(.*?\)", "", line))}
            self.assertGreater(len(cases), 2)
            missing |= {f"{enumeration}.{name}" for name in cases if not re.search(rf"\.{name}\b", probe)}
        self.assertEqual(missing, set(), "Tests/KernelsProbe does not run these yet")


if __name__ == "__main__":
    unittest.main()
