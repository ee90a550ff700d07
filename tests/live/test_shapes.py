"""Stacks that are deep, that come from generators and coroutines, of code and threads that come and go: each as it was."""
import collections
import json
import os
import re
import struct
import subprocess
import zlib

from harness import RECORD, SUPPORTED, LiveTest, function_of, main, per_interpreter, program, wait_until

ENVIRONMENT = dict(os.environ, LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
ELIDED = re.compile(r"\.\.\. (\d+) frames elided \.\.\.$")


def file_of(frame):
    return frame.rsplit(" (", 1)[1].rsplit(":", 1)[0] if frame.endswith(")") else ""


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at


def interpreters_by_tid(trace):
    """From a trace: for each thread id the interpreters that have a thread of it."""
    found, at = collections.defaultdict(set), 16
    with open(trace, "rb") as file:
        data = file.read()
    while at < len(data):
        size, _, codec = struct.unpack_from("<III", data, at + 8)
        block, begin = data[at + 28:at + 28 + size], 0
        block = zlib.decompress(block) if codec else block
        while begin < len(block):
            tag, begin = varint(block, begin)
            length, begin = varint(block, begin)
            if tag == 3:
                fields, place = [], begin
                for _ in range(5):
                    value, place = varint(block, place)
                    fields.append(value)
                found[fields[2]].add(fields[4] >> 1)
            begin += length
        at += 28 + size
    return found


def depth_of(stack):
    """How many frames it had, those that the report left out included."""
    return sum(int(found.group(1)) if found else 1 for found in map(ELIDED.match, stack.frames))


class ShapeTest(LiveTest):
    def stacks(self, *arguments, **options):
        """Without the frames that stand for garbage collections, which come at any time."""
        return super().stacks("--no-gc-frames", *arguments, **options)

    def run_shape(self, rate, *command):
        done = self.record("-q", "-r", str(rate), "-o", self.trace, "--", *command, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assert_whole()
        return json.loads(done.stdout.decode().splitlines()[-1])


@per_interpreter()
class Shapes(ShapeTest):
    def each_every_stack_is_the_one_that_the_interpreter_tells(self, interpreter):
        answer = self.run_shape(1000, interpreter.path, program("shapes.py"), "0.01", self.folder.name)
        self.assertGreater(answer["line_table"], 32 << 10)
        seen = set()
        for stack in self.stacks():
            leaf = function_of(stack.frames[-1])
            if not leaf.startswith("leaf_"):
                continue
            chain = [[file_of(frame), function_of(frame)] for frame in stack.frames]
            expected = [[[file, name.rsplit(".", 1)[-1]] for file, name in one] for one in answer["chains"][leaf]]
            self.assertIn(chain, expected)
            seen.add(leaf)
        self.assertEqual(seen, set(answer["chains"]))

    def check_depth(self, interpreter, levels, rate):
        answer = self.run_shape(rate, interpreter.path, program("deep.py"), str(levels), "0.4")
        depths = {True: collections.Counter(), False: collections.Counter()}
        for stack in self.stacks():
            top = function_of(stack.frames[-1])
            if top in ("compute", "rest"):
                depths[top == "rest"][depth_of(stack)] += stack.count
        expected = answer["levels"] + answer["outside"]
        self.assertEqual(set(depths[True]), {expected})  # it holds still: nothing keeps us from reading it
        self.assertLessEqual(set(depths[False]), {expected})
        return depths[False][expected]

    def each_depth_of_5000(self, interpreter):
        self.assertGreater(self.check_depth(interpreter, 5000, 500), 0)

    def each_depth_of_100000(self, interpreter):
        """While it computes, a busy machine may let us have none: a copy of it takes longer than a turn on the CPU."""
        self.check_depth(interpreter, 100000, 100)

    def each_code_that_is_made_and_dropped(self, interpreter):
        answer = self.run_shape(2000, interpreter.path, program("made.py"), "0.5")
        seen = collections.Counter()
        for stack in self.stacks():
            for caller, frame in zip([""] + stack.frames, stack.frames):
                name = function_of(frame)
                if name.startswith("made_"):
                    number = name[len("made_"):]
                    self.assertEqual(function_of(caller), "caller_" + number, stack)
                    self.assertRegex(frame, r"\(<made %s>:%d\)$" % (number, int(number) + 1))
                    self.assertEqual(frame, stack.frames[-1])
                    seen[number] += stack.count
        self.assertEqual(len(seen), answer["count"], seen)


@per_interpreter()
class Greenlets(ShapeTest):
    """They change the chain of frames behind the interpreter's back. Needs the package greenlet, wherever it can be imported."""

    def each_switching_all_the_time(self, interpreter):
        has = subprocess.run([interpreter.path, "-c", "import greenlet"], stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        if has.returncode:
            self.skipTest("this interpreter has no package greenlet")
        answer = self.run_shape(2000, interpreter.path, program("greenlets.py"), "0.5")
        seen = collections.Counter()
        for stack in self.stacks():
            names = [function_of(frame) for frame in stack.frames]
            found = re.match(r"level_(\d)$", names[0])
            if not found or names[-1] == names[0]:
                continue
            number = found.group(1)
            below = [names[0]] * answer["levels"] + ["in_" + number]
            self.assertIn(names, [below, below + ["leaf_" + number], below + ["switch_from"]])
            seen[number] += stack.count
        self.assertEqual(len(seen), answer["count"], seen)


@per_interpreter()
class ManyThreads(ShapeTest):
    def each_200_that_come_and_go(self, interpreter):
        self.run_shape(100, interpreter.path, program("many_threads.py"), "1", "200")
        count = 0
        for stack in self.stacks():
            names = [function_of(frame) for frame in stack.frames]
            for i, name in enumerate(names):
                found = re.match(r"(even|odd|work|sleep)_(\d)$", name)
                if not found:
                    continue
                number = int(found.group(2))
                if found.group(1) in ("even", "odd"):
                    self.assertEqual(name, "%s_%d" % ("odd" if number % 2 else "even", number), names)
                    self.assertEqual(names[:i][-1:], ["run"], names)
                else:
                    self.assertEqual(names[i - 1], "%s_%d" % ("odd" if number % 2 else "even", number), names)
                    self.assertEqual(i, len(names) - 1, names)
                    count += stack.count
        self.assertGreater(count, 0)


class TheRecorder(ShapeTest):
    def size(self, pid):
        with open("/proc/%d/statm" % pid) as statm:
            pages = int(statm.read().split()[1])
        return len(os.listdir("/proc/%d/fd" % pid)), pages * 4

    def test_does_not_grow_with_the_threads_that_it_has_seen(self):
        """Thousands of them: it has two descriptors for each of those that are there, and hardly more memory."""
        alive = 100
        target = self.start_ready(SUPPORTED[-1].path, "many_threads.py", "60", str(alive))
        # AddressSanitizer keeps what was freed, up to a limit.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        recorder = self.start(RECORD, "-q", "-r", "500", "-d", "3", "-o", self.trace, "--pid", str(target.pid),
                              env=dict(os.environ, ASAN_OPTIONS=options))
        sizes = []
        for limit in (5000, 15000):
            wait_until(lambda least=limit: os.path.exists(self.trace) and os.path.getsize(self.trace) > least, "it records")
            sizes.append(self.size(recorder.pid))
        self.assertEqual(recorder.wait(), 0)
        self.assertLess(max(descriptors for descriptors, _ in sizes), 3 * alive)
        self.assertLess(sizes[1][1] - sizes[0][1], 8192, "KiB, from %d to %d" % (sizes[0][1], sizes[1][1]))


class InterpreterTest(ShapeTest):
    def check(self, interpreter, kind):
        answer = self.run_shape(2000, interpreter.path, program("interpreters_of_own.py"), "0.6", kind)
        seen = collections.Counter()
        for stack in self.stacks():
            names = [function_of(frame) for frame in stack.frames]
            found = re.match(r"(?:leaf_|in_)(.)_(\w+)$", names[-1])
            if found:
                chain = ["<module>", "drive_%s" % found.group(2), "in_%s_%s" % found.groups(), "leaf_%s_%s" % found.groups()]
                self.assertEqual(names, chain[:len(names)])
                self.assertGreater(len(names), 2)
                seen[found.group(2)] += stack.count
        self.assertLessEqual(set(answer["ids"]), set(seen))
        self.assertIn(["<no python frame>"], [stack.frames for stack in self.stacks()])  # as long as they had nothing to do
        found = set().union(*interpreters_by_tid(self.trace).values())
        self.assertLessEqual({0} | set(answer["ids"].values()), found)


@per_interpreter([one for one in SUPPORTED if one.hexversion >= 0x03080000])  # before, no module makes them
class SharedLock(InterpreterTest):
    def each_interpreters(self, interpreter):
        self.check(interpreter, "shared")


@per_interpreter([one for one in SUPPORTED if one.hexversion >= 0x030c0000])
class LockOfItsOwn(InterpreterTest):
    def each_interpreters(self, interpreter):
        self.check(interpreter, "own")


if __name__ == "__main__":
    main()
