"""The ways to the stack of a thread that runs: each gives stacks that the program really had, and leaves nothing behind."""
import collections
import os
import select
import shutil
import signal
import subprocess
import unittest

from harness import (PATIENCE, PYTHON, RECORD, LiveTest, function_of, main, per_interpreter, program, status_field,
                     wait_until)

CALLERS = {"left_leaf": "left", "right_leaf": "right", "left": "flutter", "right": "flutter"}


class Engine(LiveTest):
    def check_edges(self, least):
        """No function has another caller than it can have. Returns the functions seen innermost."""
        leaves = collections.Counter()
        for stack in self.stacks():
            functions = [function_of(frame) for frame in stack.frames]
            for caller, callee in zip(functions, functions[1:]):
                self.assertEqual(CALLERS.get(callee, caller), caller, stack)
            leaves[functions[-1]] += stack.count
        self.assertGreater(sum(leaves[name] for name in CALLERS), least, leaves)
        return leaves


@per_interpreter()
class Flutter(Engine):
    def each_pause(self, interpreter):
        done = self.record("-q", "--pause", "-r", "1000", "-o", self.trace, "--", interpreter.path,
                           program("flutter.py"), "0.5", "2")
        self.assertEqual(done.returncode, 7, done.stderr.decode())
        self.check_edges(50)

    def each_never(self, interpreter):
        """From another CPU nearly all is lost of a program like this one, but nothing is made up."""
        done = self.record("-q", "--on-cpu=never", "-r", "1000", "-o", self.trace, "--", interpreter.path,
                           program("flutter.py"), "0.5", "2")
        self.assertEqual(done.returncode, 7, done.stderr.decode())
        self.check_edges(-1)

    def each_auto_with_threads(self, interpreter):
        done = self.record("-q", "-r", "2000", "-o", self.trace, "--", interpreter.path, program("flutter.py"), "1", "4")
        self.assertEqual(done.returncode, 7, done.stderr.decode())
        leaves = self.check_edges(100)
        self.assertLessEqual(set(CALLERS), set(leaves))


class Paused(Engine):
    def test_signals_sent_meanwhile_arrive(self):
        recorder = self.start(RECORD, "-q", "--pause", "-r", "20000", "-o", self.trace, "--", PYTHON,
                              program("flutter.py"), "60", "1", stdout=subprocess.PIPE, bufsize=0)
        self.assertEqual(recorder.stdout.readline(), b"ready\n")
        with open("/proc/%d/task/%d/children" % (recorder.pid, recorder.pid)) as children:
            child = int(children.read())
        for _ in range(4000):
            os.kill(child, signal.SIGUSR1)
            self.assertTrue(select.select([recorder.stdout], [], [], PATIENCE)[0], "a signal was lost")
            self.assertEqual(os.read(recorder.stdout.fileno(), 10), b"!")
        recorder.terminate()
        self.assertEqual(recorder.wait(PATIENCE), 128 + signal.SIGTERM)

    def test_a_recorder_that_is_killed_leaves_the_program_running(self):
        target = self.start(PYTHON, program("flutter.py"), "1.5", "2", stdout=subprocess.PIPE)
        self.assertEqual(target.stdout.readline(), b"ready\n")
        for _ in range(5):
            recorder = self.start(RECORD, "-q", "--pause", "-r", "5000", "-o", self.trace, "--pid", str(target.pid))
            wait_until(lambda: os.path.exists(self.trace) and os.path.getsize(self.trace) > 0 or target.poll() is not None,
                       "the recording began")
            recorder.kill()
            recorder.wait()
            os.unlink(self.trace)
        self.assertEqual(target.stdout.readline(), b"done\n")
        self.assertEqual(target.wait(PATIENCE), 7)

    def test_detaching_leaves_no_tracer(self):
        target = self.start(PYTHON, program("flutter.py"), "60", "2", stdout=subprocess.PIPE)
        self.assertEqual(target.stdout.readline(), b"ready\n")
        done = self.record("-q", "--pause", "-r", "1000", "-d", "0.5", "-o", self.trace, "--pid", str(target.pid))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        for tid in os.listdir("/proc/%d/task" % target.pid):
            self.assertEqual(status_field(int(tid), "TracerPid"), "0")
            self.assertNotEqual(status_field(int(tid), "State")[0].lower(), "t")

    @unittest.skipUnless(shutil.which("strace"), "there is no strace here")
    def test_what_is_traced_already_cannot_be_paused(self):
        strace = self.start("strace", "-o", os.devnull, "-e", "trace=none", PYTHON, program("flutter.py"), "60", "1",
                            stdout=subprocess.PIPE)
        self.assertEqual(strace.stdout.readline(), b"ready\n")
        with open("/proc/%d/task/%d/children" % (strace.pid, strace.pid)) as children:
            child = int(children.read())
        self.addCleanup(os.kill, child, signal.SIGKILL)
        done = self.record("--pause", "-r", "1000", "-d", "0.3", "-o", self.trace, "--pid", str(child))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn("samples were dropped because the thread could not be reached", done.stderr.decode())


class Options(LiveTest):
    def test_a_high_rate_is_told_its_price(self):
        for rate, options, told in (("2000", [], False), ("2001", [], True), ("5k", ["-q"], False),
                                    ("5k", ["--on-cpu=never"], False), ("5k", ["--on-cpu=always"], False),
                                    ("5k", ["--pause"], False)):
            done = self.record("-r", rate, *options, "-o", self.trace, "--", PYTHON, "-c", "pass")
            self.assertEqual(b"above 2 kHz" in done.stderr, told, (rate, options, done.stderr))

    def test_pause_and_on_cpu_exclude_each_other(self):
        done = self.record("--pause", "--on-cpu=auto", "-o", self.trace, "--", PYTHON, "-c", "pass")
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"--pause and --on-cpu cannot be had together", done.stderr)

    def test_on_cpu_takes_three_words(self):
        done = self.record("--on-cpu=sometimes", "-o", self.trace, "--", PYTHON, "-c", "pass")
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"--on-cpu is auto, always or never, not 'sometimes'", done.stderr)

    def test_the_program_inherits_nothing_of_our_scheduling(self):
        code = ("import os, resource; print(sorted(os.sched_getaffinity(0)), os.sched_getscheduler(0), os.nice(0), "
                "open('/proc/self/timerslack_ns').read(), resource.getrlimit(resource.RLIMIT_NOFILE))")
        alone = subprocess.run([PYTHON, "-c", code], stdout=subprocess.PIPE).stdout
        for options in ([], ["--on-cpu=always"], ["--on-cpu=never"], ["--pause"]):
            done = self.record("-q", "-r", "1000", *options, "-o", self.trace, "--", PYTHON, "-c", code)
            self.assertEqual(done.stdout, alone)


if __name__ == "__main__":
    main()
