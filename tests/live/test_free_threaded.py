"""Free-threaded interpreters: threads that run at the same time."""
import collections
import glob
import json
import os
import re
import subprocess
import tempfile
import unittest

import interpreters
from harness import SOURCE, SUPPORTED, LiveTest, function_of, main, per_interpreter, program

FREE_THREADED = [one for one in SUPPORTED if interpreters.is_free_threaded(one)]
SECONDS = 2
FUNCTIONS = {"heavy", "medium", "light"}


def build_count(folder):
    counter = os.path.join(folder, "count")
    readers = [path for part in ("trace", "support") for path in sorted(glob.glob(os.path.join(SOURCE, "src", part, "*.c")))]
    subprocess.check_call([
        os.environ.get("CC", "cc"), "-std=c11", "-g", "-D_GNU_SOURCE", "-I" + os.path.join(SOURCE, "include"),
        "-I" + os.path.join(SOURCE, "src"), "-o", counter, os.path.join(SOURCE, "tests", "live", "states", "count.c"),
        *readers, "-lz"])
    return counter


@per_interpreter(FREE_THREADED)
class Parallel(LiveTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.count = build_count(folder.name)

    def ticks_with_holders(self):
        """The number of ticks at which a thread held the GIL, and that of those at which several did."""
        with open(self.trace, "rb") as trace:
            return map(int, subprocess.check_output([self.count], stdin=trace).split())

    def run_parallel(self, interpreter, gil):
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", interpreter.path, program("parallel.py"), str(SECONDS),
                           env=dict(os.environ, PYTHON_GIL=gil))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assert_whole()
        self.assertIn("Python %s" % interpreters.name_of(interpreter), self.report())
        answer = json.loads(done.stdout.decode().splitlines()[-1])
        self.assertEqual(answer["gil"], gil == "1")
        return answer["seconds"]

    def stacks_of_threads(self):
        """For each thread, by its kernel id, its stacks as [(weight, names from the outermost)]."""
        document = json.loads(self.report("--format", "speedscope", "-o", "-"))
        names = [function_of(frame["name"]) for frame in document["shared"]["frames"]]
        threads = {}
        for profile in document["profiles"]:
            threads[re.search(r"tid (\d+)", profile["name"]).group(1)] = [
                (weight, [names[frame] for frame in stack])
                for stack, weight in zip(profile["samples"], profile["weights"])]
        return threads

    def assert_possible(self, names):
        for caller, callee in zip(names, names[1:]):
            if callee.endswith("_step"):
                self.assertEqual(callee, caller + "_step", names)
            if callee in FUNCTIONS:
                self.assertEqual(caller, "measured", names)
            self.assertFalse(caller.endswith("_step"), names)

    def check_times(self, recorded, seconds):
        """What was recorded of each function is the time that the thread was in it, but for what was not recorded."""
        whole = sum(seconds.values())
        unrecorded = max(0, whole - sum(recorded.values()))
        self.assertLess(unrecorded, 0.9 * whole)  # most of it can be lost on a machine that has too much to do
        for function, time in seconds.items():
            self.assertLess(recorded[function], time + 0.03 * whole, (function, recorded, seconds))
            self.assertGreater(recorded[function], time - unrecorded - 0.03 * whole, (function, recorded, seconds))

    def check(self, interpreter, gil):
        truth = self.run_parallel(interpreter, gil)
        threads = self.stacks_of_threads()
        self.assertEqual(len(truth), 4)
        totals = []
        for tid, seconds in truth.items():
            recorded = collections.Counter()
            for weight, names in threads[tid]:
                self.assert_possible(names)
                for function in FUNCTIONS.intersection(names):
                    recorded[function] += weight / 1e9
            self.check_times(recorded, seconds)
            totals.append(sum(recorded.values()))
        # All of them are in each tick, but they need not begin and end together.
        self.assertGreater(min(totals), 0.5 * max(totals))

    def each_without_a_gil(self, interpreter):
        self.check(interpreter, "0")
        one_or_more, several = self.ticks_with_holders()
        self.assertGreater(several, 0.5 * one_or_more)

    def each_with_its_gil_in_use(self, interpreter):
        self.check(interpreter, "1")
        one_or_more, several = self.ticks_with_holders()
        self.assertGreater(one_or_more, 0)
        self.assertLess(several, 0.05 * one_or_more)  # one may give it back and the next one take it while they are looked at


class Found(unittest.TestCase):
    def test_there_is_a_free_threaded_interpreter(self):
        if not FREE_THREADED:
            self.skipTest("there is no free-threaded CPython here: tests/pythons/get 3.13t compiles one")


if __name__ == "__main__":
    main()
