"""
Cells of the matrix, one test each: the names and lines of frames, the ids of threads, who holds the GIL, who has something
to do.
"""
import collections
import json
import os
import subprocess

from harness import BUILD, LiveTest, main, per_interpreter, program
from matrix import proves

ON_CPU, GIL, KNOWS_CPU, KNOWS_GIL = 1, 2, 8, 16  # enum qa_state


@per_interpreter()
class OneBusy(LiveTest):
    """A program of which one thread computes; it names its threads' ids."""

    recordings = {}  # {path of the interpreter: (ids by name, {id: (kernel's id, ident)}, samples by id and state)}

    def recorded(self, interpreter):
        """One recording serves all tests."""
        if interpreter.path not in self.recordings:
            self.recordings[interpreter.path] = self.record_it(interpreter)
        return self.recordings[interpreter.path]

    def record_it(self, interpreter):
        target = self.start_ready(interpreter.path, "one_busy.py")
        ids = json.loads(target.stdout.readline().decode())
        done = self.record("-q", "-r", "500", "-d", "1", "-o", self.trace, "--pid", str(target.pid))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        printed = subprocess.run([os.path.join(BUILD, "tests", "live", "print_samples"), self.trace], check=True,
                                 stdout=subprocess.PIPE).stdout.decode()
        threads, states = {}, collections.defaultdict(collections.Counter)
        for line in printed.splitlines():
            kind, *numbers = line.split()
            if kind == "thread":
                threads[int(numbers[0])] = tuple(map(int, numbers[1:]))  # again when its name is known
            else:
                states[int(numbers[0])][int(numbers[1])] += int(numbers[2])
        return ids, threads, states

    def share(self, interpreter, name, knows, bit):
        """Of the samples of a thread that know about the bit, those that have it."""
        ids, threads, samples = self.recorded(interpreter)
        states = collections.Counter()
        for thread, (_, ident) in threads.items():
            if ident == ids[name]["ident"]:
                states.update(samples[thread])
        self.assertGreater(sum(states.values()), 5, name)
        known = sum(count for state, count in states.items() if state & knows)
        if not known:
            self.skipTest("not recorded")
        return sum(count for state, count in states.items() if state & knows and state & bit) / known

    def check_only_busy(self, interpreter, knows, bit):
        self.assertGreater(self.share(interpreter, "busy", knows, bit), 0.9)
        for name in ("sleeping", "blocked", "main"):
            self.assertLess(self.share(interpreter, name, knows, bit), 0.1, name)

    @proves("thread ids")
    def each_ids(self, interpreter):
        ids, threads, _ = self.recorded(interpreter)
        self.assertEqual(sorted(threads.values()),
                         sorted((one["native"], one["ident"]) for one in ids.values()))

    @proves("GIL")
    def each_gil(self, interpreter):
        self.check_only_busy(interpreter, KNOWS_GIL, GIL)

    @proves("idle")
    def each_idle(self, interpreter):
        self.check_only_busy(interpreter, KNOWS_CPU, ON_CPU)


@per_interpreter()
class Frames(LiveTest):
    @proves("exact names")
    def each_name(self, interpreter):
        """Each function under the name that the interpreter has for it, in its file."""
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", interpreter.path, program("names.py"), "0.6")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        functions = json.loads(done.stdout.decode().splitlines()[-1])["functions"]
        frames = {frame for stack in self.stacks() for frame in stack.frames if " (" in frame}
        seen = {tuple(frame.rsplit(":", 1)[0].rsplit(" (", 1)) for frame in frames}
        for function in functions:
            names = {function["qualname"]} if interpreter.hexversion >= 0x030b0000 else {function["name"], function["qualname"]}
            self.assertTrue(names & {name for name, file in seen if file == function["file"]}, (function, sorted(seen)))

    @proves("lines")
    def each_line(self, interpreter):
        """The line of the innermost frame, and the line of its call."""
        done = self.record("-q", "-r", "500", "-o", self.trace, "--", interpreter.path, program("lines.py"), "0.6")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        lines = json.loads(done.stdout.decode().splitlines()[-1])
        seen = collections.defaultdict(collections.Counter)
        for stack in self.stacks("--lines"):
            names = [frame.rsplit(" (", 1)[0] for frame in stack.frames]
            if names[-1] == "spin":
                for frame in stack.frames:
                    seen[frame.rsplit(" (", 1)[0]][int(frame.rsplit(":", 1)[1].rstrip(")"))] += stack.count
        self.assertGreater(sum(seen["spin"].values()), 20)
        entry = lines["spin"][0] - 1  # where the first instruction lies from 3.11 on
        self.assertLessEqual(set(seen["spin"]), set(lines["spin"]) | {entry})
        self.assertEqual(set(seen["main"]), set(lines["main"]))


if __name__ == "__main__":
    main()
