#!/usr/bin/python3
"""The statistics of the accuracy tests: known answers; a bias is found, and what has none passes as often as it should."""
import math
import random
import unittest

import own_time
import shares


def made_up_rows(source, count, truth, size=1000, swing=0.0):
    """Blocks of `size` samples, of which about truth * size count; swing: how far the blocks' own shares vary."""
    rows = []
    for _ in range(count):
        own = truth + source.uniform(-swing, swing)
        spread = math.sqrt(size * own * (1 - own))
        rows.append((min(max(round(source.gauss(size * own, spread)), 0), size), size))
    return rows


def judge(rows, truth, seed=1):
    error = shares.bootstrap_error(shares.share, rows, repeats=100, seed=seed)
    return shares.p_value(shares.evaluate(shares.share, rows) - truth, error, len(rows) - 1)


class Distribution(unittest.TestCase):
    def test_students_t_has_the_values_of_the_tables(self):
        for t, freedom, expected in ((12.706, 1, 0.05), (2.228, 10, 0.05), (3.169, 10, 0.01), (2.009, 50, 0.05),
                                     (3.496, 50, 0.001), (1.96, 10 ** 6, 0.05), (0.0, 5, 1.0)):
            self.assertAlmostEqual(shares.p_value(t, 1.0, freedom), expected, delta=0.0005 * max(expected, 0.1))
            self.assertAlmostEqual(shares.p_value(-t, 1.0, freedom), expected, delta=0.0005 * max(expected, 0.1))

    def test_one_degree_of_freedom_is_cauchys(self):
        for t in (0.1, 1.0, 5.0, 300.0):
            self.assertAlmostEqual(shares.p_value(t, 1.0, 1), 1 - 2 * math.atan(t) / math.pi, places=10)

    def test_a_difference_without_an_error_is_one(self):
        self.assertEqual(shares.p_value(0.1, 0.0, 10), 0.0)
        self.assertEqual(shares.p_value(0.0, 0.0, 10), 1.0)

    def test_nothing_measured_is_no_number(self):
        self.assertTrue(math.isnan(shares.p_value(math.nan, math.nan, 10)))


class Holm(unittest.TestCase):
    def test_the_smallest_are_held_against_the_narrowest(self):
        self.assertEqual(shares.holm([0.01, 0.04, 0.03, 0.005], 0.05), [True, False, False, True])

    def test_it_stops_at_the_first_that_passes(self):
        self.assertEqual(shares.holm([0.020, 0.012, 0.049], 0.05), [True, True, True])
        self.assertEqual(shares.holm([0.030, 0.012, 0.049], 0.05), [False, True, False])

    def test_what_is_no_number_is_rejected(self):
        self.assertEqual(shares.holm([math.nan, 0.5], 0.05), [True, False])


class Blocks(unittest.TestCase):
    def test_runs_are_cut_at_the_blocks_ends(self):
        runs = [("x", 7), ("y", 5), (None, 6), ("x", 9)]
        blocks = shares.blocks_of(runs, lambda stack: stack, 10)
        self.assertEqual([dict(block) for block in blocks], [{"x": 7, "y": 3}, {"y": 2, "x": 2}])

    def test_columns_are_what_the_predicates_want(self):
        rows = shares.rows_of([{"x": 1, "y": 2}, {"z": 4}], lambda key: key == "x", lambda key: key in "xy")
        self.assertEqual(rows, [(1, 3), (0, 0)])

    def test_statistics_are_of_the_sums(self):
        self.assertEqual(shares.evaluate(shares.share, [(1, 2), (5, 10)]), 0.5)
        self.assertAlmostEqual(shares.evaluate(shares.share_difference, [(1, 4, 0, 2), (1, 4, 1, 8)]), 0.25 - 0.1)
        self.assertTrue(math.isnan(shares.evaluate(shares.share, [(0, 0)])))


class Bootstrap(unittest.TestCase):
    def test_the_error_of_independent_samples_is_the_binomial_one(self):
        rows = made_up_rows(random.Random(5), 400, 0.3)
        error = shares.bootstrap_error(shares.share, rows)
        self.assertAlmostEqual(error, math.sqrt(0.3 * 0.7 / 400000), delta=0.15 * math.sqrt(0.3 * 0.7 / 400000))

    def test_what_varies_from_block_to_block_widens_it(self):
        steady = shares.bootstrap_error(shares.share, made_up_rows(random.Random(5), 100, 0.3))
        varying = shares.bootstrap_error(shares.share, made_up_rows(random.Random(5), 100, 0.3, swing=0.2))
        self.assertGreater(varying, 4 * steady)

    def test_one_block_has_none(self):
        self.assertTrue(math.isnan(shares.bootstrap_error(shares.share, [(1, 2)])))

    def test_a_bias_of_a_hundredth_is_found(self):
        source = random.Random(7)
        found = sum(judge(made_up_rows(source, 50, 0.5 + 0.01, size=2000), 0.5) < 0.01 for _ in range(40))
        self.assertEqual(found, 40)

    def test_what_has_no_bias_is_rejected_as_often_as_the_level_says(self):
        source = random.Random(11)
        rounds = 600
        rejected = sum(judge(made_up_rows(source, 50, 0.4, swing=0.02), 0.4) < 0.05 for _ in range(rounds))
        self.assertLess(abs(rejected - 0.05 * rounds), 4 * math.sqrt(rounds * 0.05 * 0.95))


class Bound(unittest.TestCase):
    def test_the_rule_of_three(self):
        self.assertEqual(shares.upper_bound(300), 0.01)
        self.assertAlmostEqual((1 - shares.upper_bound(3000)) ** 3000, 0.05, places=3)
        self.assertEqual(shares.upper_bound(0), 1.0)


class OwnTime(unittest.TestCase):
    def row(self, low, high):
        return own_time.Row("shallow", "3.13.5", 1000, 20, True, 0.05, 0.003, 0.04, 0.003, 1.2, low, high)

    def test_only_what_the_interval_tells_is_told(self):
        self.assertIs(own_time.verdict(self.row(1.1, 1.3)), True)
        self.assertIs(own_time.verdict(self.row(1.31, 1.5)), False)
        self.assertIsNone(own_time.verdict(self.row(1.1, 1.4)))
        self.assertIsNone(own_time.verdict(self.row(None, None)))


if __name__ == "__main__":
    unittest.main()
