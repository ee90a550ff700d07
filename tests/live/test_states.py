"""The states of threads, from real interpreters to chosen reports."""
import json
import re
import subprocess

from harness import REPORT, LiveTest, function_of, main, per_interpreter, program

SECONDS = "0.7"
FUNCTIONS = ("spin", "rest", "checksum", "finish")


@per_interpreter()
class States(LiveTest):
    def record_states(self, interpreter):
        """The ids of the threads by what they do."""
        target = self.start_ready(interpreter.path, "states.py", "60")
        done = self.record("-q", "-r", "1000", "-d", SECONDS, "-o", self.trace, "--pid", str(target.pid))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        document = json.loads(self.report("--format", "speedscope"))
        names = [function_of(frame["name"]) for frame in document["shared"]["frames"]]
        found = {}
        for profile in document["profiles"]:
            seen = {names[frame] for stack in profile["samples"] for frame in stack}
            for function in seen.intersection(FUNCTIONS):
                found[function] = re.search(r"\(tid (\d+)\)", profile["name"]).group(1)
        self.assertEqual(sorted(found), sorted(FUNCTIONS))
        return found

    def count(self, *options):
        return sum(stack.count for stack in self.stacks(*options))

    def share(self, option, thread):
        """Of the samples of a thread, those that the option selects."""
        return self.count(option, "--thread", thread) / self.count("--thread", thread)

    def each_thread_can_be_chosen(self, interpreter):
        threads = self.record_states(interpreter)
        for function in FUNCTIONS:
            for stack in self.stacks("--thread", threads[function]):
                others = {function_of(frame) for frame in stack.frames}.intersection(FUNCTIONS)
                self.assertLessEqual(others, {function})
        self.assertEqual(self.stacks("--thread", "MainThread"), self.stacks("--thread", threads["finish"]))
        both = self.count("--thread", threads["spin"], "--thread", threads["rest"])
        self.assertEqual(both, sum(self.count("--thread", threads[function]) for function in ("spin", "rest")))
        self.assertEqual(self.count(*[word for tid in self.tids() for word in ("--thread", tid)]), self.count())
        done = subprocess.run([REPORT, "--thread", "nobody", self.trace], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        for thread in threads.values():
            self.assertIn("(%s)" % thread, done.stderr.decode())

    def tids(self):
        return re.findall(r"\(tid (\d+)\)", self.report().split("\nThreads:\n")[1])

    def each_thread_with_the_gil(self, interpreter):
        threads = self.record_states(interpreter)
        self.assertGreater(self.share("--gil", threads["spin"]), 0.5)
        self.assertLess(self.share("--gil", threads["checksum"]), 0.3)
        for function in ("rest", "finish"):
            self.assertLess(self.share("--gil", threads[function]), 0.02)

    def each_thread_on_a_cpu(self, interpreter):
        threads = self.record_states(interpreter)
        self.assertGreater(self.share("--cpu", threads["spin"]), 0.8)
        self.assertGreater(self.share("--cpu", threads["checksum"]), 0.8)
        for function in ("rest", "finish"):
            self.assertLess(self.share("--cpu", threads[function]), 0.02)
            self.assertLess(self.share("--no-idle", threads[function]), 0.02)

    def each_collection_is_a_frame(self, interpreter):
        if interpreter.hexversion < 0x03070400:
            self.skipTest("no mark of garbage collection is known before CPython 3.7.4")
        code = ("import gc, time\n"
                "kept = [[] for _ in range(200000)]\n"
                "def clean():\n"
                "    gc.collect()\n"
                "end = time.monotonic() + %s\n"
                "while time.monotonic() < end: clean()\n" % SECONDS)
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", interpreter.path, "-c", code)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        stacks = self.stacks()
        collections = [stack for stack in stacks if "<GC>" in stack.frames]
        self.assertGreater(sum(stack.count for stack in collections), 0.3 * self.count())
        for stack in collections:
            self.assertEqual(stack.frames.index("<GC>"), len(stack.frames) - 1)
        self.assertIn("clean", {function_of(stack.frames[-2]) for stack in collections if len(stack.frames) > 1})
        plain = self.stacks("--no-gc-frames")
        self.assertNotIn("<GC>", {frame for stack in plain for frame in stack.frames})
        self.assertTrue(any(function_of(stack.frames[-1]) == "clean" for stack in plain))
        self.assertEqual(self.count("--no-gc-frames"), self.count())


if __name__ == "__main__":
    main()
