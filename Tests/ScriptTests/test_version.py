"""The commit that `thimble --version` names is the one that the build was given."""

import json
import os
import subprocess
import unittest

from support import TOP, FolderTest


class VersionTests(FolderTest):
    def defined(self, **variables):
        """What CCommit is compiled with."""
        environment = {name: value for name, value in os.environ.items() if name != "THIMBLE_COMMIT"}
        command = ["swift", "package", "--scratch-path", self.folder / "build", "dump-package"]
        run = subprocess.run(
            command, cwd=TOP, env=environment | variables, capture_output=True, text=True, check=True)
        [target] = [one for one in json.loads(run.stdout)["targets"] if one["name"] == "CCommit"]
        return [setting["kind"]["define"]["_0"] for setting in target["settings"]]

    def test_the_commit_is_the_build_s(self):
        self.assertEqual(self.defined(THIMBLE_COMMIT="0123abc-dirty"), ['THIMBLE_COMMIT="0123abc-dirty"'])
        self.assertEqual(self.defined(), ['THIMBLE_COMMIT="unknown"'])


if __name__ == "__main__":
    unittest.main()
