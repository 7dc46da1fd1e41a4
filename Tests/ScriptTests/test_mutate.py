"""The table of mutations must fit the sources, or scripts/mutate would rot unseen."""

import re
import sys
import unittest

from support import TOP

sys.path.insert(0, str(TOP / "scripts/mutation"))

import table


class MutateTests(unittest.TestCase):
    def test_the_table_fits(self):
        mutations = table.read(TOP)
        self.assertGreaterEqual(len(mutations), 40)
        for one in mutations:
            self.assertNotEqual(one.old, one.new)
            target, suite = re.match(r"(\w+)\.?(\w*)", one.tests).groups()
            sources = "".join(path.read_text() for path in (TOP / "Tests" / target).rglob("*.swift"))
            self.assertRegex(sources, rf"\bstruct {suite}", one.tests)

    def test_both_expressions_are_there(self):
        [mutation] = table.parse("words\nSources/A/a.swift -> ATests\nlet c = «a + b»;\na - b\n")
        self.assertEqual(mutation.applied("let c = a + b;"), "let c = (mutant == 1 ? (a - b) : (a + b));")
        for text in ("let c = b + a;", "let c = a + b;let c = a + b;"):
            with self.assertRaises(table.TableError):
                mutation.applied(text)

    def test_what_is_no_mutation(self):
        for text in ("words\nSources/A/a.swift -> ATests\na + b\na - b", "words\nSources/A/a.swift\n«a»\nb"):
            with self.assertRaises(table.TableError):
                table.parse(text)


if __name__ == "__main__":
    unittest.main()
