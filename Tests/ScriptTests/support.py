"""What the tests of the scripts share."""

import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).parents[2]


class FolderTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, content=b"", mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def run_script(self, *command):
        return subprocess.run([TOP / command[0], *command[1:]], capture_output=True, text=True, cwd="/")

    def executable(self, name="bootstrap", code="int main(void) { return 0; }", options=()):
        """Compiles C."""
        path = self.folder / name
        subprocess.run(["gcc", "-x", "c", "-", "-o", path, *options], input=code.encode(), check=True)
        return path
