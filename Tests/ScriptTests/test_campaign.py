"""The verdicts of scripts/campaign: each fault is seen, and nothing else is taken for one."""

import sys
import unittest

from support import TOP

sys.path.append(str(TOP / "scripts/campaigns"))

import verdict

ETAG = "0123456789abcdef" * 2
OTHER = "fedcba9876543210" * 2


class Picture:
    """As `pictures.Picture`, without what that needs."""

    label, etag = "red", ETAG

    def is_labelled(self, label, score):
        return label == self.label and abs(score - 0.75) < 0.003


def entries(label="red", score="0.7502", etag=ETAG):
    given = {"colour": label, "colour-score": score, "thimble": etag and f"c0ffee-{etag[:16]}-5ea1"}
    return {name: value for name, value in given.items() if value}


class VerdictTest(unittest.TestCase):
    def judge(self, **given):
        return verdict.judge(Picture(), {"metadata": entries(**given)}, "metadata")

    def test_right(self):
        self.assertIsNone(self.judge())

    def test_lost(self):
        self.assertEqual(self.judge(label=None, score=None, etag=None), "lost")

    def test_a_part_is_missing(self):
        for name in ["label", "score", "etag"]:
            self.assertEqual(self.judge(**{name: None}), "torn", name)

    def test_another_picture_s_results(self):
        self.assertEqual(self.judge(label="blue", score="0.9000"), "wrong")
        self.assertEqual(self.judge(label="blue", score="0.9000", etag=OTHER), "wrong")

    def test_parts_of_two_pictures(self):
        self.assertEqual(self.judge(score="0.9000"), "torn")
        self.assertEqual(self.judge(etag=OTHER), "torn")

    def test_two_places(self):
        right, tags = entries(), entries(etag=None)

        def judge(metadata, tags):
            return verdict.judge(Picture(), {"metadata": metadata, "tags": tags}, "metadata")

        self.assertIsNone(judge(right, tags))
        self.assertEqual(judge(right, {}), "torn")
        self.assertEqual(judge({}, tags), "torn")
        self.assertEqual(judge({}, {}), "lost")
        self.assertEqual(judge(right, entries(label="blue", score="0.9000", etag=None)), "wrong")


class CopiesTest(unittest.TestCase):
    def line(self, key="a", etag=ETAG, status=200, **more):
        return {"method": "PUT", "key": key, "sourceETag": f'"{etag}"', "status": status} | more

    def test_once(self):
        lines = [self.line(), self.line(key="b"), self.line(etag=OTHER), {"method": "PUT", "key": "a", "status": 200}]
        self.assertEqual(verdict.doubled(lines), {})

    def test_twice(self):
        self.assertEqual(verdict.doubled([self.line(), self.line(), self.line(key="b")]), {("a", ETAG): 2})

    def test_an_answer_that_was_lost_excuses_another_copy(self):
        lost = self.line(status=0, fault="ClosedAfter")
        self.assertEqual(verdict.doubled([lost, self.line(fault="Stall"), self.line()]), {})

    def test_a_refused_copy_is_none(self):
        self.assertEqual(verdict.doubled([self.line(), self.line(status=412)]), {})


if __name__ == "__main__":
    unittest.main()
