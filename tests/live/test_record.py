"""qa-record with real interpreters: what it sees, and what becomes of the program that it watches."""
import collections
import json
import math
import os
import signal
import subprocess
import time

from harness import (PATIENCE, PYTHON, RECORD, LiveTest, default_signals, function_of, main, per_interpreter, program,
                     status_field, wait_until)
from matrix import proves

SECONDS = 2


def read_to_end(terminal):
    output = b""
    try:
        while True:
            output += os.read(terminal, 1000)
    except OSError:  # the other side is closed
        return output


@per_interpreter()
class KnownPrograms(LiveTest):
    """Programs that know where they spent their time."""

    def time_by_function(self, functions):
        """For each 50 ms of recording, the time that its samples stand for by function."""
        document = json.loads(self.report("--format", "speedscope", "-o", "-"))
        names = [frame["name"].rsplit(".", 1)[-1] for frame in document["shared"]["frames"]]
        blocks = collections.defaultdict(collections.Counter)
        for profile in document["profiles"]:
            now = 0
            for stack, weight in zip(profile["samples"], profile["weights"]):
                now += weight
                for function in functions.intersection(names[frame] for frame in stack):
                    blocks[now // 50000000][function] += weight
        return list(blocks.values())

    def check_split(self, answer):
        """
        Each function's share of the samples is its share of the time, within 3 standard errors. These are worked out from blocks of
        time: a busy machine makes neighbouring samples alike.
        """
        functions = set(answer["cpu_seconds"])
        blocks = self.time_by_function(functions)
        total = sum(sum(block.values()) for block in blocks)
        self.assertGreater(total, 0.2 * SECONDS * 1e9)
        seconds = sum(answer["cpu_seconds"].values())
        for function, cpu in answer["cpu_seconds"].items():
            share = sum(block[function] for block in blocks) / total
            error = math.sqrt(sum((block[function] - share * sum(block.values())) ** 2 for block in blocks)) / total
            self.assertAlmostEqual(share, cpu / seconds, delta=3 * error, msg="%s of %s" % (function, answer))
            self.assertLess(error, 0.05)

    @proves("launch")
    def each_launch(self, interpreter):
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", interpreter.path, program("split.py"), str(SECONDS))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(done.stderr, b"")
        self.assert_whole()
        self.check_split(json.loads(done.stdout.decode().splitlines()[-1]))
        self.assertIn("python %s" % interpreter.version, self.report().lower())

    @proves("attach")
    def each_attach(self, interpreter):
        target = self.start_ready(interpreter.path, "threads.py", "60")
        before = target.pid, status_field(target.pid, "TracerPid")
        done = self.record("-r", "1000", "-d", "1", "-o", self.trace, "--pid", str(target.pid))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual((target.pid, status_field(target.pid, "TracerPid")), before)
        self.assertIsNone(target.poll())
        self.assert_whole()
        stacks = self.stacks()
        self.assertTrue(any(function_of(frame) == "compute" for stack in stacks for frame in stack.frames), stacks[:5])
        self.assertTrue(any(function_of(frame) == "wait_for_end" for stack in stacks for frame in stack.frames), stacks[:5])

    def each_recursion(self, interpreter):
        done = self.record("-q", "-r", "500", "-o", self.trace, "--", interpreter.path, program("recursion.py"), "300", "0.6")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        at_bottom = [stack for stack in self.stacks() if function_of(stack.frames[-1]) == "busy"]
        self.assertGreater(sum(stack.count for stack in at_bottom), 50)
        for stack in at_bottom:
            self.assertEqual(sum(function_of(frame) == "descend" for frame in stack.frames), 300)

    @proves("exact names")
    def each_names(self, interpreter):
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", interpreter.path, program("names.py"), "0.6")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        seen = {function_of(frame) for stack in self.stacks() for frame in stack.frames}
        for function in json.loads(done.stdout.decode().splitlines()[-1])["functions"]:
            self.assertIn(function["name"], seen)


class Launching(LiveTest):
    def run_program(self, code, *options, **kwargs):
        return self.record("-o", self.trace, *options, "--", PYTHON, "-c", code, **kwargs)

    def test_the_exit_status_is_the_programs(self):
        for status in (0, 1, 7, 255):
            self.assertEqual(self.run_program("raise SystemExit(%d)" % status).returncode, status)

    def test_death_by_signal_is_128_plus_its_number(self):
        code = "import os, signal; os.kill(os.getpid(), signal.SIG%s)"
        self.assertEqual(self.run_program(code % "TERM").returncode, 128 + signal.SIGTERM)
        self.assertEqual(self.run_program(code % "KILL").returncode, 128 + signal.SIGKILL)

    def test_the_program_keeps_its_streams(self):
        done = subprocess.run([RECORD, "-q", "-o", self.trace, "--", PYTHON, "-c",
                               "import sys; print(sys.stdin.read().upper()); print('err', file=sys.stderr)"],
                              input=b"hello", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.stdout, b"HELLO\n")
        self.assertIn(b"err\n", done.stderr)

    def test_arguments_arrive_as_they_are(self):
        arguments = ["", "a b", "--pid", "-o", "*", "é"]
        done = self.record("-q", "-o", self.trace, "--", PYTHON, "-c", "import sys; print(sys.argv[1:])", *arguments)
        self.assertEqual(done.stdout.decode().strip(), repr(arguments))

    def test_without_a_name_the_trace_is_named_after_program_and_process(self):
        done = self.record("--", PYTHON, program("split.py"), "0.3")
        self.assertEqual(done.returncode, 0)
        names = os.listdir(self.folder.name)
        self.assertEqual(len(names), 1)
        self.assertRegex(names[0], r"^split-\d+-\d{8}T\d{6}\.qat$")
        self.assertIn(names[0], done.stderr.decode())

    def test_the_program_may_be_reached_by_several_execs(self):
        script = os.path.join(self.folder.name, "launcher")
        with open(script, "w") as file:
            file.write("#!/bin/sh\nexec env A=1 sh -c 'exec \"$@\"' sh %s \"$@\"\n" % PYTHON)
        os.chmod(script, 0o755)
        done = self.record("-r", "1000", "-o", self.trace, "--", script, program("split.py"), "0.5")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertGreater(sum(stack.count for stack in self.stacks()), 100)

    def test_a_python_that_becomes_another_python_by_exec(self):
        code = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", PYTHON, "-c", code, PYTHON,
                           program("split.py"), "1")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        answer = json.loads(done.stdout.decode().splitlines()[-1])
        seen = {function_of(frame) for stack in self.stacks() for frame in stack.frames}
        self.assertLessEqual(set(answer["cpu_seconds"]), seen)

    def test_a_python_that_becomes_itself_again_by_exec(self):
        """The same file at the same addresses: only the process is another."""
        script = os.path.join(self.folder.name, "twice.py")
        with open(script, "w") as file:
            file.write("import os, sys, time\n"
                       "end = time.monotonic() + 0.5\n"
                       "while time.monotonic() < end: pass\n"
                       "if len(sys.argv) < 2: os.execv(sys.executable, [sys.executable, __file__, 'again'])\n")
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", PYTHON, script)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        profiles = json.loads(self.report("--format", "speedscope", "-o", "-"))["profiles"]
        self.assertEqual(len(profiles), 2, [profile["name"] for profile in profiles])

    def test_an_exec_by_a_thread_is_followed(self):
        """For a moment the process has no living main thread; whether the recorder looks just then is chance."""
        script = os.path.join(self.folder.name, "by_thread.py")
        with open(script, "w") as file:
            file.write("import os, sys, threading, time\n"
                       "def again(): os.execv(sys.executable, [sys.executable, __file__, str(left - 1)])\n"
                       "left = int(sys.argv[1])\n"
                       "if left: threading.Thread(target=again).start()\n"
                       "end = time.monotonic() + (60 if left else 0.3)\n"
                       "while time.monotonic() < end: pass\n")
        execs = 8
        done = self.record("-q", "-r", "10000", "-o", self.trace, "--", PYTHON, script, str(execs))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        profiles = json.loads(self.report("--format", "speedscope", "-o", "-"))["profiles"]
        longest = max(sum(profile["weights"]) for profile in profiles)
        self.assertGreater(longest, 200e6, "ns: the recording ended before the last program, which takes 0.3 s")

    def test_sampling_begins_with_the_interpreter(self):
        """The imports of a program's start are seen."""
        done = self.record("-q", "-r", "5000", "-o", self.trace, "--", PYTHON, "-c", "import json, decimal, unittest")
        self.assertEqual(done.returncode, 0)
        seen = {function_of(frame) for stack in self.stacks() for frame in stack.frames}
        self.assertIn("_find_and_load", seen)

    def test_signals_reach_the_program(self):
        code = ("import signal, sys\n"
                "def handler(number, frame): print('got', number, flush=True); sys.exit(3)\n"
                "for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(s, handler)\n"
                "print('ready', flush=True)\n"
                "while True: signal.pause()")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            recorder = self.start(RECORD, "-q", "-o", self.trace, "--", PYTHON, "-c", code, stdout=subprocess.PIPE)
            self.assertEqual(recorder.stdout.readline(), b"ready\n")
            recorder.send_signal(number)
            self.assertEqual(recorder.stdout.read(), b"got %d\n" % number)
            self.assertEqual(recorder.wait(PATIENCE), 3)
            self.assert_whole()

    def test_ctrl_c_reaches_the_program_once(self):
        code = ("import signal, time\n"
                "count = 0\n"
                "def handler(number, frame):\n"
                "    global count\n"
                "    count += 1\n"
                "signal.signal(signal.SIGINT, handler)\n"
                "print('ready', flush=True)\n"
                "while not count: signal.pause()\n"
                "end = time.monotonic() + 0.5\n"  # a second one would come at once
                "while time.monotonic() < end: time.sleep(0.05)\n"
                "print('count', count, flush=True)")
        pid, terminal = os.forkpty()
        if pid == 0:
            default_signals()
            os.execv(RECORD, [RECORD, "-q", "-o", self.trace, "--", PYTHON, "-c", code])
        try:
            output = b""
            while b"ready\r\n" not in output:
                output += os.read(terminal, 1000)
            os.write(terminal, b"\x03")
            self.assertIn(b"count 1\r\n", output + read_to_end(terminal))
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        finally:
            os.close(terminal)

    def test_the_end_of_our_own_session_reaches_the_program(self):
        """A session's leader is told alone that its terminal is gone."""
        marker = os.path.join(self.folder.name, "hung up")
        code = ("import os, signal, sys\n"
                "def handler(number, frame):\n"
                "    open(sys.argv[1], 'w').close()\n"
                "    os._exit(0)\n"
                "signal.signal(signal.SIGHUP, handler)\n"
                "os.setpgid(0, 0)\n"
                "print('ready', flush=True)\n"
                "while True: signal.pause()")
        pid, terminal = os.forkpty()
        if pid == 0:
            default_signals()
            os.execv(RECORD, [RECORD, "-q", "-o", self.trace, "--", PYTHON, "-c", code, marker])
        output = b""
        while b"ready\r\n" not in output:
            output += os.read(terminal, 1000)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        self.assertTrue(os.path.exists(marker))

    def test_who_starts_us_may_ignore_the_end_of_children(self):
        done = self.record("-q", "-o", self.trace, "--", PYTHON, "-c", "import sys; sys.exit(6)",
                           preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertEqual(done.returncode, 6)

    def test_signals_that_were_ignored_stay_so(self):
        """As nohup does it."""
        target = self.start_ready(PYTHON, "forever.py")
        recorder = self.start(RECORD, "-q", "-d", "1", "-o", self.trace, "--pid", str(target.pid),
                              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        wait_until(lambda: os.path.exists(self.trace) and os.path.getsize(self.trace) > 100, "it records")
        recorder.send_signal(signal.SIGHUP)
        self.assertEqual(recorder.wait(PATIENCE), 0)
        self.assertGreater(sum(stack.count for stack in self.stacks()), 60)

    def test_a_terminal_shows_progress(self):
        pid, terminal = os.forkpty()
        if pid == 0:
            default_signals()
            os.execv(RECORD, [RECORD, "-o", self.trace, "--", PYTHON, program("split.py"), "1"])
        output = read_to_end(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        os.close(terminal)
        self.assertRegex(output.decode(), r"s  \d+ samples  \d+/s  [\d.]+ % lost")
        self.assertIn("next: qa-report", output.decode())

    def test_when_the_duration_is_over_the_program_runs_on(self):
        recorder = self.start(RECORD, "-d", "300ms", "-o", self.trace, "--", PYTHON, "-c",
                              "import sys; print('ready', flush=True); sys.stdin.read(); print('end')",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(recorder.stdout.readline(), b"ready\n")
        recorder.stderr.readline()  # the summary
        self.assert_whole()
        self.assertEqual(recorder.wait(PATIENCE), 0)
        self.assertEqual(recorder.stdout.read(), b"end\n")

    def test_the_trace_may_go_to_stdout(self):
        done = self.record("-q", "-r", "1000", "-o", "-", "--", PYTHON, "-c", "import unittest; print('from the program')")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, b"from the program\n")
        with open(self.trace, "wb") as file:
            file.write(done.stdout)
        self.assert_whole()


class Attaching(LiveTest):
    def test_the_target_is_never_stopped_signalled_or_written_to(self):
        target = self.start_ready(PYTHON, "threads.py", "60")
        log = os.path.join(self.folder.name, "strace")
        done = subprocess.run(["strace", "-f", "-o", log, RECORD, "-q", "-r", "1000", "-d", "0.5", "-o", self.trace,
                               "--pid", str(target.pid)], stderr=subprocess.PIPE,
                              env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        with open(log) as file:
            calls = {line.split("(")[0].split()[-1] for line in file if "(" in line}
        self.assertIn("process_vm_readv", calls)
        self.assertFalse(calls & {"ptrace", "process_vm_writev", "kill", "tkill", "tgkill", "pidfd_send_signal",
                                  "rt_sigqueueinfo", "rt_tgsigqueueinfo", "process_madvise"}, calls)
        with open(log) as file:
            self.assertFalse([line for line in file if "/mem\"" in line])

    def test_detaching_leaves_no_trace(self):
        target = self.start_ready(PYTHON, "threads.py", "60")
        fields = ("State", "TracerPid", "SigPnd", "ShdPnd", "Threads", "Cpus_allowed", "FDSize")
        before = {field: status_field(target.pid, field) for field in fields if field != "State"}
        affinity = {tid: os.sched_getaffinity(int(tid)) for tid in os.listdir("/proc/%d/task" % target.pid)}
        self.assertEqual(self.record("-d", "0.3", "-o", self.trace, "--pid", str(target.pid)).returncode, 0)
        self.assertEqual({field: status_field(target.pid, field) for field in before}, before)
        self.assertNotIn(status_field(target.pid, "State")[0], "tT")
        self.assertEqual({tid: os.sched_getaffinity(int(tid)) for tid in affinity}, affinity)

    def test_signals_end_the_recording_and_spare_the_target(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            target = self.start_ready(PYTHON, "forever.py")
            recorder = self.start(RECORD, "-o", self.trace, "--pid", str(target.pid), stderr=subprocess.PIPE)
            wait_until(lambda: os.path.exists(self.trace) and os.path.getsize(self.trace) > 200, "the trace grows")
            recorder.send_signal(number)
            self.assertEqual(recorder.wait(PATIENCE), 0)
            self.assertIsNone(target.poll())
            self.assert_whole()
            os.unlink(self.trace)

    def test_the_end_of_the_target_ends_the_recording(self):
        target = self.start_ready(PYTHON, "forever.py")
        recorder = self.start(RECORD, "-o", self.trace, "--pid", str(target.pid), stderr=subprocess.PIPE)
        wait_until(lambda: os.path.exists(self.trace) and os.path.getsize(self.trace) > 200, "the trace begins")
        first = os.path.getsize(self.trace)
        wait_until(lambda: os.path.getsize(self.trace) > first, "the trace grows")
        target.kill()
        target.wait()
        self.assertEqual(recorder.wait(PATIENCE), 0)
        self.assert_whole()
        self.assertGreater(sum(stack.count for stack in self.stacks()), 10)

    def test_a_killed_recorder_loses_at_most_a_second(self):
        target = self.start_ready(PYTHON, "forever.py")
        recorder = self.start(RECORD, "-r", "1000", "-o", self.trace, "--pid", str(target.pid))
        begin = time.monotonic()
        wait_until(lambda: os.path.exists(self.trace) and os.path.getsize(self.trace) > 1500, "some blocks are written")
        wait_until(lambda: time.monotonic() > begin + 2.5, "2.5 s of samples are taken")
        recorder.kill()
        recorded = time.monotonic() - begin
        recorder.wait(PATIENCE)
        self.assertIsNone(target.poll())
        samples = sum(stack.count for stack in self.stacks())
        self.assertGreater(samples, 1000 * (recorded - 1) * 0.5)
        self.assertIn("cut", self.report("--check", status=3))


class Shapes(LiveTest):
    def test_a_program_without_python_frames_is_sampled(self):
        done = self.record("-r", "500", "-o", self.trace, "--", PYTHON, program("native_only.py"), "0.5")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertGreater(sum(stack.count for stack in self.stacks()), 100)

    def test_code_made_and_dropped_in_a_loop_keeps_its_names(self):
        """Each round runs a function of its own name that calls a leaf of the same name: no other pair may be seen."""
        code = ("import time\n"
                "end = time.monotonic() + 2\n"
                "n = 0\n"
                "while time.monotonic() < end:\n"
                "    n += 1\n"
                "    text = ('def outer_%d():\\n    for i in range(20): leaf_%d()\\n'\n"
                "            'def leaf_%d():\\n    for i in range(50): pass\\nouter_%d()\\n') % ((n % 50,) * 4)\n"
                "    exec(compile(text, '<made %d>' % (n % 50), 'exec'), {})\n")
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", PYTHON, "-c", code)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        pairs = 0
        for stack in self.stacks():
            names = [function_of(frame) for frame in stack.frames]
            outer = [name[len("outer_"):] for name in names if name.startswith("outer_")]
            leaf = [name[len("leaf_"):] for name in names if name.startswith("leaf_")]
            if leaf:
                self.assertEqual(outer, leaf, stack)
                pairs += stack.count
        self.assertGreater(pairs, 100)

    def test_names_made_and_dropped_in_a_loop_are_told_apart(self):
        """Copies of one code object that differ in nothing but their names, which come and go at the same addresses."""
        code = ("import time, types\n"
                "def work():\n"
                "    end = time.monotonic() + 0.005\n"
                "    while time.monotonic() < end: pass\n"
                "end = time.monotonic() + 2\n"
                "count = 0\n"
                "while time.monotonic() < end:\n"
                "    count += 1\n"
                "    changes = {'co_name': 'work_%d' % count}\n"
                "    if hasattr(work.__code__, 'co_qualname'): changes['co_qualname'] = 'work_%d' % count\n"
                "    types.FunctionType(work.__code__.replace(**changes), globals())()\n"
                "print(count)")
        done = self.record("-q", "-r", "2000", "-o", self.trace, "--", PYTHON, "-c", code)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        seen = {function_of(frame) for stack in self.stacks() for frame in stack.frames}
        self.assertGreater(sum(name.startswith("work_") for name in seen), 0.5 * int(done.stdout))

    def test_generators_and_coroutines_keep_their_callers(self):
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", PYTHON, program("asyncio_chain.py"), "1")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        inside = [(names, stack.count) for stack in self.stacks()
                  for names in [[function_of(frame) for frame in stack.frames]] if "third" in names]
        self.assertGreater(sum(count for _, count in inside), 200)
        for names, _ in inside:
            third = names.index("third")
            self.assertEqual(names[third - 2:third], ["first", "second"])
            self.assertIn("run_until_complete", names[:third])


if __name__ == "__main__":
    main()
