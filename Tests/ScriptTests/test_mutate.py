"""The table of mutations must fit the sources, or scripts/mutate would rot unseen."""

import sys
import unittest

from support import TOP

sys.path.insert(0, str(TOP / "scripts/mutation"))

import table  # noqa: E402


class MutateTests(unittest.TestCase):
    def test_the_table_fits(self):
        mutations = table.read(TOP)
        self.assertGreaterEqual(len(mutations), 40)
        self.assertEqual(len({(one.file, one.old, one.new) for one in mutations}), len(mutations))
        for one in mutations:
            self.assertNotEqual(one.old, one.new)
            self.assertTrue((TOP / "Tests" / one.suite).is_dir(), one.tests)

    def test_the_old_text_is_found_once(self):
        mutation = table.Mutation(1, "words", "Sources/A/a.swift", "ATests", "a + b", "a - b")
        self.assertEqual(mutation.applied("let c = a + b"), "let c = a - b")
        for text in ("let c = b + a", "a + b, a + b"):
            with self.assertRaises(table.TableError):
                mutation.applied(text)

    def test_no_tests_see_two_of_a_batch(self):
        def mutation(source, tests):
            return table.Mutation(1, "", f"Sources/{source}/a.swift", tests, "a", "b")

        a, b, other = mutation("A", "ATests"), mutation("B", "BTests"), mutation("C", "CTests.Some")
        uses = {"ATests": {"A"}, "BTests": {"A", "B"}, "CTests": {"C"}}
        self.assertEqual(table.batches([a, b, other, a], uses), [[a, other], [b], [a]])


if __name__ == "__main__":
    unittest.main()
