"""What qa-record tells of threads: their names, and their numbers, in another pid namespace too."""
import glob
import json
import os
import re
import subprocess

from harness import PYTHON, RECORD, SUPPORTED, LiveTest, main, per_interpreter, program

UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


def why_no_namespace():
    try:
        done = subprocess.run([*UNSHARE, "true"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    except OSError as error:
        return str(error)
    return done.stdout.decode().strip() if done.returncode else None


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(child) for child in file.read().split()]


def inner_ids(pid):
    """Each thread's number as the process sees it, by ours."""
    ids = {}
    for path in glob.glob("/proc/%d/task/*/status" % pid):
        with open(path) as file:
            numbers = re.search(r"^NSpid:(.*)$", file.read(), re.M).group(1).split()
        ids[int(numbers[0])] = int(numbers[-1])
    return ids


class ThreadTest(LiveTest):
    def threads(self):
        """{name: kernel thread id} of the recording."""
        profiles = json.loads(self.report("--format", "speedscope", "-o", "-"))["profiles"]
        found = [re.match(r"(.*) \(tid (\d+)\)$", profile["name"]) for profile in profiles]
        return {match.group(1): int(match.group(2)) for match in found if match}

    def start_inside(self, *argv, **options):
        """A program that is the first process of a new namespace, and its process id as we see it."""
        outside = self.start(*UNSHARE, *argv, stdout=subprocess.PIPE, **options)
        self.assertEqual(outside.stdout.readline(), b"ready\n")
        return outside, children(outside.pid)[0]

    def record_process(self, pid):
        done = self.record("-q", "-r", "200", "-d", "1", "-o", self.trace, "--pid", str(pid))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assert_whole()


@per_interpreter()
class Names(ThreadTest):
    def each_name(self, interpreter):
        target = self.start_ready(interpreter.path, "named_threads.py")
        ids = json.loads(target.stdout.readline().decode())
        self.record_process(target.pid)
        seen = self.threads()
        self.assertEqual({name: seen.get(name) for name in ids}, ids)


class NamesFromTheStart(ThreadTest):
    def record_code(self, code):
        done = self.record("-q", "-r", "500", "-o", self.trace, "--", PYTHON, "-c", code)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return self.threads()

    def test_short_lived_threads(self):
        """Each lives for some samples only; its number may have been another one's before."""
        code = ("import threading, time\n"
                "def work():\n"
                "    end = time.monotonic() + 0.05\n"
                "    while time.monotonic() < end: pass\n"
                "for i in range(20):\n"
                "    thread = threading.Thread(target=work, name='short %d' % i)\n"
                "    thread.start()\n"
                "    thread.join()\n")
        self.assertLessEqual({"short %d" % i for i in range(20)}, set(self.record_code(code)))

    def test_a_thread_that_threading_learns_of_late(self):
        code = ("import _thread, time\n"
                "finished = []\n"
                "def work():\n"
                "    time.sleep(0.2)\n"
                "    import threading\n"
                "    threading.current_thread().name = 'late'\n"
                "    time.sleep(1)\n"
                "    finished.append(1)\n"
                "_thread.start_new_thread(work, ())\n"
                "while not finished: time.sleep(0.01)\n")
        self.assertIn("late", self.record_code(code))

    def test_a_thread_that_threading_never_heard_of(self):
        code = ("import _thread, threading, time\n"
                "_thread.start_new_thread(time.sleep, (5,))\n"
                "time.sleep(0.3)\n")
        names = set(self.record_code(code))
        self.assertIn("MainThread", names)
        self.assertTrue(any(re.match(r"Thread \d+$", name) for name in names), names)

    def test_a_dict_of_all_threads_that_grows(self):
        code = ("import threading\n"
                "begun, finished = threading.Barrier(301), threading.Event()\n"
                "def work():\n"
                "    begun.wait()\n"
                "    finished.wait()\n"
                "threads = [threading.Thread(target=work, name='growing %d' % i) for i in range(300)]\n"
                "for thread in threads: thread.start()\n"
                "begun.wait()\n"
                "finished.wait(3)\n"
                "finished.set()\n")
        self.assertLessEqual({"growing %d" % i for i in range(300)}, set(self.record_code(code)))


@per_interpreter([one for one in SUPPORTED if not why_no_namespace()])
class Namespace(ThreadTest):
    def each_number(self, interpreter):
        outside, pid = self.start_inside(interpreter.path, program("named_threads.py"))
        ids = json.loads(outside.stdout.readline().decode())
        self.record_process(pid)
        inner = inner_ids(pid)
        self.assertEqual(inner[pid], 1)
        seen = self.threads()
        self.assertEqual({name: inner.get(seen.get(name)) for name in ids}, ids)


class OneNamespace(ThreadTest):
    def setUp(self):
        super().setUp()
        reason = why_no_namespace()
        if reason:
            self.skipTest("no pid namespace can be made: " + reason)

    def test_the_main_thread(self):
        """Without the module threading it has its name from being the main one."""
        _, pid = self.start_inside(PYTHON, "-c", "import time; print('ready', flush=True); time.sleep(1000)")
        self.record_process(pid)
        self.assertEqual(self.threads(), {"MainThread": pid})

    def test_the_kernel_is_asked_for_the_cpu_by_our_number(self):
        """It is asked where the C library does not tell."""
        code = "print('ready', flush=True)\nwhile True: pass"
        _, pid = self.start_inside(PYTHON, "-c", code, env=dict(os.environ, GLIBC_TUNABLES="glibc.pthread.rseq=0"))
        log = os.path.join(self.folder.name, "strace")
        done = subprocess.run(["strace", "-f", "-e", "trace=openat", "-o", log, RECORD, "-q", "-d", "0.5", "-o",
                               self.trace, "--pid", str(pid)], stderr=subprocess.PIPE,
                              env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        with open(log) as file:
            asked = re.findall(r'"/proc/%d/task/(\d+)/stat", [^)]*\) = (-?\d+)' % pid, file.read())
        self.assertTrue(asked)
        self.assertEqual({(int(tid), int(result) >= 0) for tid, result in asked}, {(pid, True)})


if __name__ == "__main__":
    main()
