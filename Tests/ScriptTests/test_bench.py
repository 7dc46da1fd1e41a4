"""What scripts/bench reads, and what it calls slower."""

import importlib.util
import unittest

from support import TOP

spec = importlib.util.spec_from_file_location("bench_compare", TOP / "scripts/benching/compare.py")
compare = importlib.util.module_from_spec(spec)
spec.loader.exec_module(compare)


class BenchTest(unittest.TestCase):
    def test_reads_the_best_time_of_each_model(self):
        text = (
            "conv1x1          best    4.25 ms, median    4.40 ms,  110.0 GFLOP/s\n"
            "layer            gemm 6x16   [1, 2]   12 us\n"
            "resnet50         best   57.06 ms, median   60.00 ms,  115.0 GFLOP/s\n")
        self.assertEqual(compare.times(text), {"conv1x1": 4.25, "resnet50": 57.06})

    def test_noise_is_not_slower(self):
        self.assertEqual(compare.verdict([10, 10, 10, 10], [10.2, 9.9, 10.1, 10.2])[1], "same")
        # One bad round of five.
        self.assertEqual(compare.verdict([10] * 5, [10, 10, 20, 10, 10])[1], "same")

    def test_slower_and_faster(self):
        self.assertEqual(compare.verdict([10, 13, 10], [11, 14.3, 11]), (1.1, "SLOWER"))
        self.assertEqual(compare.verdict([10, 13, 10], [9, 11.7, 9])[1], "faster")

    def test_a_round_that_is_missing_is_an_error(self):
        with self.assertRaises(ValueError):
            compare.verdict([10, 10], [10])


if __name__ == "__main__":
    unittest.main()
