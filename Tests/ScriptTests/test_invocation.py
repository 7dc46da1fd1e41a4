"""The arithmetic of scripts/bench-invocation: what it reads, adds up and compares."""

import json
import sys
import unittest
from collections import Counter

from support import TOP, FolderTest

sys.path += [str(TOP / "scripts" / name) for name in ("invocation", "emulation", "peers")]

import bars
import cases
import deploy
import floor
import marked
import prices
import readings
import tables
from results import Results, Sample


def report(duration, billed, rest=""):
    return (f"REPORT RequestId: 8f50\tDuration: {duration} ms\tBilled Duration: {billed} ms\tMemory Size: 512 MB"
            f"\tMax Memory Used: 64 MB{rest}")


def sample(milliseconds, *, memory=64, requests=None, size=0.0, model=0.0, dollars=0.0):
    return Sample(milliseconds, memory, requests or Counter(GET=1, PUT=1), size, model, dollars)


class ReadingTests(unittest.TestCase):
    def test_report(self):
        self.assertEqual(readings.report(report("61.20", 62)), (61.2, 62, 64))

    def test_init_is_billed(self):
        cold = readings.report(report("140.50", 200, "\tInit Duration: 59.25 ms"))
        self.assertAlmostEqual(cold.milliseconds, 199.75)

    def test_the_last_of_a_log(self):
        log = "\n".join(["START RequestId: 1", report("9.00", 9), "a line that says REPORT", report("5.00", 5), ""])
        self.assertEqual(readings.report(log).milliseconds, 5)

    def test_failures_and_logs_without_a_report(self):
        for log in (report("60000.00", 60000, "\tStatus: timeout"), "END RequestId: 1", ""):
            with self.assertRaises(ValueError):
                readings.report(log)

    def test_traffic(self):
        lines = [json.dumps({"method": method, "bucket": bucket, "sent": sent}) + "\n" for method, bucket, sent in
                 [("GET", "images", 1000), ("GET", "models", 70), ("GET", "models", 30), ("PUT", "images", 5)]]
        self.assertEqual(readings.traffic(lines), (Counter(GET=3, PUT=1), 1105))
        self.assertEqual(readings.traffic(lines, "models"), (Counter(GET=2), 100))


class ArithmeticTests(unittest.TestCase):
    def test_floor(self):
        # 2 x 15 ms, 4 MB at 80 MB/s, 20 ms of a processor: whole, and of 512 MB's share.
        self.assertAlmostEqual(floor.milliseconds(15, 80, 4_000_000, 20, 1769), 30 + 50 + 20)
        self.assertAlmostEqual(floor.milliseconds(15, 80, 4_000_000, 20, 512), 30 + 50 + 20 * 1769 / 512)
        # More than a processor does not help one thread.
        self.assertAlmostEqual(floor.milliseconds(15, 80, 4_000_000, 20, 3538), 100)

    def test_prices(self):
        # A GB-second, by definition; 117 ms of 512 MB are 0.0585.
        self.assertAlmostEqual(prices.compute(1000, 1024), 0.0000166667)
        self.assertAlmostEqual(prices.gb_seconds(116.3, 512), 0.0585)
        requests = Counter(GET=1, HEAD=1, PUT=1)
        self.assertAlmostEqual(prices.invocation(116.3, 512, requests) * 1e6, 0.0585e6 * 0.0000166667 + 0.2 + 5.8)

    def test_keys_are_used_once(self):
        steps = cases.steps([*cases.TITLES], quick=False)
        used = [key for step in cases.keys(steps) for invocation in step for key in invocation]
        self.assertEqual(len(used), len(set(used)))
        self.assertEqual(len(used), sum(step.invocations * step.objects for step in steps))

    def test_only_some_cases(self):
        self.assertEqual([step.case for step in cases.steps(["cold"], quick=False)], ["cold"])
        # Warm means after the second.
        self.assertEqual([step.case for step in cases.steps(["png"], quick=False)], ["cold", "second", "warm", "png"])


class ComparisonTests(unittest.TestCase):
    def results(self, **milliseconds):
        """Of MobileNetV2 at 1769 MB, case warm: lists by contender."""
        results = Results()
        for contender, values in milliseconds.items():
            for value in values:
                results.add("MobileNetV2", 1769, contender, {"warm": sample(value)})
        return results

    def test_lead_is_paired_by_round(self):
        results = self.results(thimble=[10, 40, 20], litert=[20, 80, 40], onnxruntime=[90, 90, 90])
        row = ("MobileNetV2", 1769, "warm")
        self.assertEqual(results.median(*row, "thimble"), 20)
        self.assertEqual(results.fastest_python(*row), "litert")
        self.assertEqual(results.lead(*row), 2)
        # The medians, 20 and 40, are of different rounds.
        uneven = self.results(thimble=[10, 40, 20], litert=[30, 40, 100])
        self.assertEqual(uneven.lead(*row), 3)

    def test_second_is_compared_in_its_process(self):
        results = Results()
        for second, warm in ((12, 10), (40, 20), (13, 10)):
            results.add("ResNet50", 1769, "thimble", {"second": sample(second), "warm": sample(warm)})
        self.assertAlmostEqual(results.slow_second("ResNet50", 1769, "thimble"), 1.3)

    def test_bars_at_their_limits(self):
        results = self.results(thimble=[44], litert=[50.6])
        row = ("MobileNetV2", 1769, "warm")
        results.floors[row] = 40
        self.assertEqual([bar.holds for bar in bars.bars(results)], [True, True])
        results.floors[row] = 39.9
        self.assertEqual([bar.holds for bar in bars.bars(results)], [False, True])
        self.assertEqual([bar.holds for bar in bars.bars(self.with_floor(row, thimble=[44], litert=[50.5]))],
                         [True, False])

    def with_floor(self, row, **milliseconds):
        results = self.results(**milliseconds)
        results.floors[row] = 40
        return results

    def test_bytes_of_a_model_with_state(self):
        for fetched, holds in ((102.9e6, True), (103.1e6, False)):
            results = Results()
            results.weights["ResNet50"] = 100_000_000
            results.add(cases.ADAM, 1769, "thimble", {"cold": sample(300, model=fetched)})
            [bar] = bars.bars(results)
            self.assertEqual(bar.holds, holds)

    def test_start(self):
        results = Results()
        self.assertEqual(bars.bars(results), [])
        for milliseconds, holds in ((10, True), (10.1, False)):
            results.start = milliseconds
            self.assertEqual([bar.holds for bar in bars.bars(results)], [holds])


class PageTests(FolderTest):
    def test_lines_between_marks(self):
        page = self.file("page.md", b"before\n<!-- x: begin -->\nold\n<!-- x: end -->\nafter\n")
        for _ in range(2):
            marked.replace(page, "x", ["new", ""])
            self.assertEqual(page.read_text(), "before\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nafter\n")

    def test_pages_have_the_marks(self):
        for page, mark in ((tables.PAGE, tables.MARK), (deploy.PAGE, deploy.MARK)):
            text = (TOP / page).read_text()
            for end in ("begin", "end"):
                self.assertEqual(text.count(f"<!-- {mark}: {end} -->"), 1, f"{page}: {mark}: {end}")

    def test_tables(self):
        results = Results()
        for contender, milliseconds in (("thimble", 40.0), ("litert", 80.0), ("onnxruntime", 90.0)):
            results.add("MobileNetV2", 512, contender, {"warm": sample(milliseconds, size=5e5, dollars=6e-6)})
        results.floors["MobileNetV2", 512, "warm"] = 32
        text = "\n".join(tables.all_tables(results, [1769, 512]))
        self.assertIn("| MobileNetV2, warm, JPEG of 1 MP | 40.0 | 80.0 | 90.0 | 2.00 | 32.0 | 1.25 |", text)
        self.assertIn("| 1 GET, 1 PUT; 0.50 MB |", text)
        self.assertNotIn("1769 MB", text)
        # 40 ms of half a GB, one invocation, GET and COPY.
        self.assertIn(
            "| MobileNetV2 | 512 | 40.0 | 0.0200 | $0.33 | $0.27 | $5.40 | **$5.93** | $6.00 (Python + LiteRT) |",
            "\n".join(deploy.lines(results)))


if __name__ == "__main__":
    unittest.main()
