"""What qa-record says when it cannot do what was asked, and its exit statuses."""
import fcntl
import os
import re
import resource
import signal
import subprocess
import unittest

from harness import PATIENCE, PYTHON, RECORD, UNSUPPORTED, LiveTest, main, per_interpreter, status_field, wait_until
from matrix import REFUSAL, proves

NOBODY = 65534


class Refusals(LiveTest):
    def refuse(self, status, message, *arguments, hint="", **options):
        done = self.record(*arguments, **options)
        text = done.stderr.decode()
        self.assertEqual(done.returncode, status, text)
        self.assertRegex(text, r"^qa-record: ")
        self.assertRegex(text, message)
        if hint is not None:
            self.assertRegex(text, r"\n  hint: .*" + hint)
        return done

    def test_options(self):
        self.refuse(125, "--rate", "-r", "0", "--", "true")
        self.refuse(125, "--rate", "-r", "fast", "--", "true")
        self.refuse(125, "--rate", "--rate=2e9", "--", "true")
        self.refuse(125, "--duration", "-d", "-1", "--", "true")
        self.refuse(125, "--duration", "-d", "1 week", "--", "true")
        self.refuse(125, "--pid", "--pid", "me")
        self.refuse(125, "--pid", "--pid", "0")
        self.refuse(125, "--pid", "--pid", "1", "--", "true")
        self.refuse(125, "unknown option|no option", "--rat", "5", "--", "true")
        self.refuse(125, "program|process")

    def test_help_and_version(self):
        for option, text in (("--help", b"usage: qa-record"), ("--version", b"qa-record 0.")):
            done = self.record(option)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(text, done.stdout)

    def test_no_such_process(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        self.refuse(125, r"process %d" % gone.pid, "--pid", str(gone.pid), hint=None)
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_a_process_that_is_not_python(self):
        target = self.start("sleep", "1000")
        wait_until(lambda: "sleep" in os.readlink("/proc/%d/exe" % target.pid) or "coreutils" in
                   os.readlink("/proc/%d/exe" % target.pid), "the target is sleep")
        self.refuse(125, "not a Python process", "--pid", str(target.pid))
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_a_thread_of_the_kernel(self):
        try:
            with open("/proc/2/comm") as file:
                kernel = file.read() == "kthreadd\n"
        except OSError:
            kernel = False
        if not kernel:
            self.skipTest("process 2 is no thread of the kernel here")
        self.refuse(125, "not a Python process", "--pid", "2")

    def test_too_few_descriptors_are_told(self):
        target = self.start_ready(PYTHON, "forever.py")
        self.refuse(125, r"qa-record: \w.*Too many open files", "-o", self.trace, "--pid", str(target.pid), hint=None,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5)))

    def test_a_program_that_is_not_python(self):
        done = self.refuse(0, "No samples collected", "-o", self.trace, "--", "sleep", "0.2")
        self.assertNotIn(b"next:", done.stderr)
        self.assert_whole()
        self.assertIn("No samples were collected.", self.report())

    def test_a_program_that_ends_before_the_first_sample(self):
        done = self.refuse(4, "No samples collected", "-r", "1", "-o", self.trace, "--", PYTHON, "-c",
                           "raise SystemExit(4)", hint="--rate")
        self.assertIn(b"ended before", done.stderr)
        self.assert_whole()

    def test_no_such_program(self):
        self.refuse(127, "no program 'no-such-program'", "-o", self.trace, "--", "no-such-program")
        self.refuse(127, "no program '/no/such'", "-o", self.trace, "--", "/no/such")
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_a_program_that_cannot_be_executed(self):
        path = os.path.join(self.folder.name, "plain.py")
        with open(path, "w") as file:
            file.write("print('hello')\n")
        self.refuse(126, "Cannot execute", "-o", self.trace, "--", path, hint="python3")
        self.refuse(126, "Cannot execute", "-o", self.trace, "--", self.folder.name, hint=None)
        self.assertEqual(os.listdir(self.folder.name), ["plain.py"])

    def test_a_recording_that_cannot_begin_leaves_everything_as_it_was(self):
        with open(self.trace, "w") as file:
            file.write("precious")
        self.refuse(127, "no program", "-o", self.trace, "--", "no-such-program")
        with open(self.trace) as file:
            self.assertEqual(file.read(), "precious")
        self.assertEqual(os.listdir(self.folder.name), ["t.qat"])

    def test_an_interpreter_that_is_missing(self):
        path = os.path.join(self.folder.name, "script.py")
        with open(path, "w") as file:
            file.write("#!/no/such/python\n")
        os.chmod(path, 0o755)
        self.refuse(127, "#! line", "-o", self.trace, "--", path, hint="python3")

    def test_a_reader_that_never_comes_can_be_given_up(self):
        os.mkfifo(self.trace)
        recorder = self.start(RECORD, "-q", "-o", self.trace, "--", PYTHON, "-c", "pass")
        wait_until(lambda: status_field(recorder.pid, "State")[0] == "S", "it waits for a reader")
        recorder.send_signal(signal.SIGTERM)
        self.assertEqual(recorder.wait(PATIENCE), -signal.SIGTERM)

    def test_a_reader_that_stalls_does_not_hold_up_the_end(self):
        target = self.start_ready(PYTHON, "forever.py")
        read_end, write_end = os.pipe()
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
        recorder = self.start(RECORD, "-q", "-r", "10000", "-d", "2", "-o", "-", "--pid", str(target.pid),
                              stdout=write_end, stderr=subprocess.PIPE)
        os.close(write_end)
        self.assertEqual(recorder.wait(PATIENCE), 125)
        self.assertIn(b"Cannot write stdout", recorder.stderr.read())
        os.close(read_end)

    def test_an_output_that_cannot_be_written(self):
        marker = os.path.join(self.folder.name, "ran")
        for output in ("/no/such/folder/t.qat", "/"):
            self.refuse(125, "Cannot write %s" % output, "-o", output, "--", PYTHON, "-c", "open(%r, 'w')" % marker,
                        hint=None)
        self.assertFalse(os.path.exists(marker), "the program must not run when it cannot be recorded")

    def test_a_full_disk_does_not_keep_the_program_from_running(self):
        done = self.refuse(3, "Cannot write /dev/full", "-o", "/dev/full", "--", PYTHON, "-c",
                           "import sys; print('ran'); sys.exit(3)", hint="disk is full")
        self.assertEqual(done.stdout, b"ran\n")

    def test_a_disk_that_fills_up_ends_the_trace_not_the_program(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))

        done = self.refuse(7, "Cannot write", "-r", "5000", "-o", self.trace, "--", PYTHON, "-c",
                           "import sys, time, unittest\nend = time.monotonic() + 2\nwhile time.monotonic() < end: pass\n"
                           "print('still here')\nsys.exit(7)", hint=None, preexec_fn=limit)
        self.assertEqual(done.stdout, b"still here\n")

    def test_a_disk_that_fills_up_leaves_the_trace_so_far(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000))

        target = self.start_ready(PYTHON, "split.py", "60")
        self.refuse(125, "Cannot write", "-r", "20000", "-d", "30", "-o", self.trace, "--pid", str(target.pid), hint=None,
                    preexec_fn=limit)
        self.assertLessEqual(os.path.getsize(self.trace), 60000)
        self.assertGreater(sum(stack.count for stack in self.stacks()), 100)
        self.report("--check", status=3)

    def test_a_reader_that_goes_away_does_not_kill_the_program(self):
        recorder = self.start(RECORD, "-r", "2000", "-o", "-", "--", PYTHON, "-c",
                              "import sys, time\nend = time.monotonic() + 1.5\nwhile time.monotonic() < end: pass\n"
                              "print('still here', file=sys.stderr)\nsys.exit(5)",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        recorder.stdout.read(8)
        recorder.stdout.close()
        text = recorder.stderr.read().decode()
        self.assertEqual(recorder.wait(PATIENCE), 5, text)
        self.assertIn("still here", text)
        self.assertIn("Cannot write stdout", text)


@unittest.skipUnless(os.geteuid() == 0, "needs root to become another user")
class Permissions(LiveTest):
    def as_nobody(self, *arguments):
        os.chmod(self.folder.name, 0o777)
        return subprocess.run(["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", RECORD,
                               *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder.name)

    def setUp(self):
        super().setUp()
        if self.as_nobody("--version").returncode:
            self.skipTest("another user may not run the program where it was built")

    def test_another_users_process_is_refused_with_the_reason(self):
        target = self.start_ready(PYTHON, "forever.py")
        done = self.as_nobody("--pid", str(target.pid))
        text = done.stderr.decode()
        self.assertEqual(done.returncode, 125, text)
        self.assertIn("another user (uid 0, yours is %d)" % NOBODY, text)
        self.assertIn("sudo", text)
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_launching_needs_no_privilege(self):
        done = self.as_nobody("-r", "1000", "-o", self.trace, "--", PYTHON, "-c",
                              "import time\nend = time.monotonic() + 0.5\nwhile time.monotonic() < end: pass")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertGreater(sum(stack.count for stack in self.stacks()), 200)

    def test_a_process_that_protects_itself_is_told_apart(self):
        code = ("import ctypes, sys, time; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); print('ready', flush=True); "
                "time.sleep(1000)")
        target = self.start("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", PYTHON, "-c",
                            code, stdout=subprocess.PIPE)
        self.assertEqual(target.stdout.readline(), b"ready\n")
        done = self.as_nobody("--pid", str(target.pid))
        self.assertEqual(done.returncode, 125)
        self.assertIn("not dumpable", done.stderr.decode())


@per_interpreter(UNSUPPORTED)
class Unsupported(LiveTest):
    @proves(REFUSAL)
    def each_refused_by_name(self, interpreter):
        target = self.start_ready(interpreter.path, "forever.py")
        done = self.record("--pid", str(target.pid))
        self.assertEqual(done.returncode, 125)
        self.assertRegex(done.stderr.decode(), r"CPython %s( \(.*\))?, which is not supported" %
                         re.escape(interpreter.version))

    def each_launched_all_the_same(self, interpreter):
        done = self.record("-o", self.trace, "--", interpreter.path, "-c", "import sys; sys.exit(9)")
        self.assertEqual(done.returncode, 9)
        self.assert_whole()


if __name__ == "__main__":
    main()
