"""What the live tests share: running the two programs, and reading what they wrote."""
import collections
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

import interpreters
import matrix

SOURCE = os.environ.get("QA_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(SOURCE, os.environ.get("QA_BUILD") or "build")
RECORD = os.path.join(BUILD, "qa-record")
REPORT = os.path.join(BUILD, "qa-report")
PROGRAMS = os.path.join(SOURCE, "tests", "live", "programs")
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
PATIENCE = 60  # seconds until a test gives up waiting for something that should happen at once

SUPPORTED = [one for one in interpreters.find()
             if 0x03060000 <= one.hexversion < 0x03100000 and not interpreters.is_debug_build(one)]
UNSUPPORTED = [one for one in interpreters.find() if one not in SUPPORTED]


def program(name):
    return os.path.join(PROGRAMS, name)


def default_signals():
    """In a new process: who runs the tests may ignore some signals, as nohup and background jobs do."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def wait_until(condition, what):
    """Polls: for what can only be seen from outside."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited %d s in vain until %s" % (PATIENCE, what))
        time.sleep(0.005)


def status_field(pid, field):
    with open("/proc/%d/status" % pid) as status:
        return re.search(r"^%s:\s*(.*)$" % field, status.read(), re.M).group(1)


Stack = collections.namedtuple("Stack", "frames count")


def parse_collapsed(text):
    """[(frames from the outermost, count)]; a frame is "name (file:line)"."""
    stacks = []
    for line in text.splitlines():
        path, count = line.rsplit(" ", 1)
        stacks.append(Stack(path.split(";"), int(count)))
    return stacks


def function_of(frame):
    return frame.rsplit(" (", 1)[0].rsplit(".", 1)[-1]


class LiveTest(unittest.TestCase):
    """A test with a folder of its own, and no process left behind."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="qa-live-")
        self.addCleanup(self.folder.cleanup)
        self.trace = os.path.join(self.folder.name, "t.qat")

    def start(self, *argv, **options):
        options.setdefault("preexec_fn", default_signals)
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, **options)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()

        self.addCleanup(end)
        return process

    def start_ready(self, python, name, *arguments, **options):
        """A test program, when it has said that it is ready."""
        process = self.start(python, program(name), *arguments, stdout=subprocess.PIPE, **options)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        return process

    def record(self, *arguments, **options):
        options.setdefault("preexec_fn", default_signals)
        return subprocess.run([RECORD, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=10 * PATIENCE, cwd=self.folder.name, **options)

    def report(self, *arguments, trace=None, status=0):
        done = subprocess.run([REPORT, *arguments, trace or self.trace], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stdout.decode()

    def stacks(self, *arguments, trace=None):
        return parse_collapsed(self.report("--format", "collapsed", *arguments, trace=trace))

    def assert_whole(self, trace=None):
        self.report("--check", trace=trace)


def slice_of(chosen, method, has_cells):
    """One in so many of the interpreters, other ones for each test."""
    step = int(os.environ.get("QA_SLICE_CELLS" if has_cells else "QA_SLICE") or 1)
    if len(chosen) <= step:
        return chosen
    return chosen[zlib.crc32((os.environ.get("QA_SEED", "1") + method).encode()) % step::step]


def per_interpreter(interpreters_to_test=None):
    """
    Makes tests out of a method that takes an interpreter, one for each, and notes what it proves. QA_SLICE=N: only for one in N of
    the interpreters; QA_SLICE_CELLS=N is for those that prove cells of the matrix.
    """
    chosen = SUPPORTED if interpreters_to_test is None else interpreters_to_test

    def decorate(cls):
        for name in [n for n in dir(cls) if n.startswith("each_")]:
            for one in slice_of(chosen, name, hasattr(getattr(cls, name), "cells")):
                def test(self, method=name, interpreter=one):
                    with matrix.noting(getattr(getattr(self, method), "cells", ()), interpreter):
                        getattr(self, method)(interpreter)
                label = re.sub(r"\W", "_", interpreters.name_of(one) + ("" if "pyenv" in one.path else "_system"))
                setattr(cls, "test_%s_%s" % (name[len("each_"):], label), test)
        return cls

    return decorate


def main():
    signal.signal(signal.SIGINT, signal.default_int_handler)
    matrix.forget()
    unittest.main(verbosity=2)
