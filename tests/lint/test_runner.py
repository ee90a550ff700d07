#!/usr/bin/env python3
"""tests/run reads results as they were meant, and no failure gets lost."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import sys
import unittest

PATH = str(pathlib.Path(__file__).resolve().parents[1] / "run")
SPEC = importlib.util.spec_from_loader("runner", importlib.machinery.SourceFileLoader("runner", PATH))
runner = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(runner)

UNITTEST_OUTPUT = """\
test_a (test_x.X) ... ok
test_b (test_x.X) ... skipped 'no such interpreter here'
test_c (test_x.X)
What c does. ... noise
FAIL

======================================================================
FAIL: test_c (test_x.X)
----------------------------------------------------------------------
Traceback (most recent call last):
AssertionError

----------------------------------------------------------------------
Ran 3 tests in 0.100s

FAILED (failures=1, skipped=1)
"""


def run(read, script, budget=60):
    """The counts of a suite of one Python program, and what the runner prints about it."""
    suite = runner.Suite("planted", budget, read, None, lambda: [[sys.executable, "-c", script]])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        counts = runner.run_suite(suite)
    return counts, printed.getvalue()


class Tap(unittest.TestCase):
    def test_counts(self):
        found = runner.read_tap("1..4\nok 1 - a\nnot ok 2 - b\n# why\nok 3 - c # SKIP no d here\nok 4\n")
        self.assertEqual(found, (2, ["b"], [("c", "no d here")]))

    def test_several_plans(self):
        self.assertEqual(runner.read_tap("1..1\nok 1 - a\n1..1\nok 1 - b\n"), (2, [], []))

    def test_plan_at_the_end(self):
        self.assertEqual(runner.read_tap("ok 1 - a\n1..1\n"), (1, [], []))

    def test_ended_early(self):
        self.assertEqual(runner.read_tap("1..3\nok 1 - a\n").failed, ["1 of 3 planned tests reported"])
        self.assertEqual(runner.read_tap("ok 1 - a\n").failed, ["1 of no planned tests reported"])
        self.assertEqual(len(runner.read_tap("").failed), 1)


class Unittest(unittest.TestCase):
    def test_counts(self):
        found = runner.read_unittest(UNITTEST_OUTPUT)
        self.assertEqual(found, (1, ["test_c (test_x.X)"], [("test_b", "no such interpreter here")]))

    def test_all_well(self):
        self.assertEqual(runner.read_unittest("Ran 7 tests in 1.0s\n\nOK\n"), (7, [], []))

    def test_ended_early(self):
        self.assertEqual(runner.read_unittest("test_a (x.X) ... ok\n").failed, ["it ended without a result"])

    def test_failures_without_names_count(self):
        self.assertEqual(len(runner.read_unittest("Ran 3 tests in 1s\n\nFAILED (failures=1, errors=1)\n").failed), 2)

    def test_skips_without_names_count(self):
        self.assertEqual(len(runner.read_unittest("Ran 3 tests in 1s\n\nOK (skipped=2)\n").skips), 2)


class Running(unittest.TestCase):
    def test_status(self):
        self.assertEqual(run("status", "pass")[0], (1, 0, 0))
        self.assertEqual(run("status", "raise SystemExit(3)")[0], (0, 1, 0))

    def test_bad_status_after_good_tests(self):
        self.assertEqual(run("tap", "print('1..1'); print('ok 1 - a'); raise SystemExit(3)")[0], (1, 1, 0))

    def test_killed_by_a_signal(self):
        script = "import os, signal; print('ok 1'); print('1..1', flush=True); os.kill(os.getpid(), signal.SIGKILL)"
        self.assertEqual(run("tap", script)[0], (1, 1, 0))

    def test_hang_is_killed(self):
        counts, printed = run("status", "import signal; signal.pause()", budget=0.1)
        self.assertEqual(counts, (0, 1, 0))
        self.assertIn("it was killed", printed)

    def test_no_such_program(self):
        suite = runner.Suite("planted", 1, "status", None, lambda: [["/no/such/program"]])
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(runner.run_suite(suite), (0, 1, 0))
        self.assertIn("it cannot be run", printed.getvalue())

    def test_nothing_to_run_is_a_failure(self):
        suite = runner.Suite("planted", 1, "status", None, lambda: [])
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(runner.run_suite(suite), (0, 1, 0))

    def test_failing_output_and_reasons_are_shown(self):
        script = "print('1..2'); print('not ok 1 - bad'); print('# why'); print('ok 2 - far # SKIP no network')"
        counts, printed = run("tap", script)
        self.assertEqual(counts, (0, 1, 1))
        self.assertIn("# why", printed)
        self.assertIn("skipped far: no network", printed)

    def test_tables_are_shown_in_any_case(self):
        printed = run("tap", "print('1..1'); print('ok 1 - a'); print('| a table |'); print('chatter')")[1]
        self.assertIn("    | a table |\n", printed)
        self.assertNotIn("chatter", printed)

    def test_good_output_is_not_shown(self):
        self.assertNotIn("chatter", run("tap", "print('1..1'); print('ok 1 - a'); print('chatter')")[1])


if __name__ == "__main__":
    unittest.main()
