"""Words that make lint refuses: scripts/linting/words.py."""

import subprocess
import sys

from support import TOP, FolderTest


class WordsTests(FolderTest):
    def find(self, text, name="Text.swift"):
        script = TOP / "scripts/linting/words.py"
        path = self.file(name, text.encode())
        return subprocess.run([sys.executable, script, path], capture_output=True, text=True)

    def test_good_text(self):
        result = self.find("/// There is none, and there is no time. It is no longer used.\nif value is None: pass\n")
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_a_word(self):
        result = self.find('\n    throw error("this is no number")\n')
        self.assertEqual(result.returncode, 1)
        self.assertIn(':2: "is no ": write is not a', result.stdout)

    def test_a_phrase_over_two_lines(self):
        for comment in ["///", "//", "#", ""]:
            result = self.find(f"first\n  {comment} The answer tells\n  {comment} of an object.\n")
            self.assertEqual(result.returncode, 1)
            self.assertIn(':2: "tells of": write report', result.stdout)

    def test_a_list_of_a_document(self):
        self.assertEqual(self.find("- packed for\n  good\n- kept\n", "page.md").returncode, 1)

    def test_names_of_types_by_case(self):
        self.assertEqual(self.find("struct Room {}\n").returncode, 1)
        self.assertEqual(self.find("there is room for it: no problem\n").returncode, 0)

    def test_what_is_not_a_file(self):
        script = TOP / "scripts/linting/words.py"
        for path in [self.folder, self.folder / "deleted.swift"]:
            self.assertEqual(subprocess.run([sys.executable, script, path]).returncode, 0)
