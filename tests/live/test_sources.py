"""Source text in recordings, and what --format source makes of it."""
import os
import re
import subprocess

from harness import LiveTest, PYTHON, main, per_interpreter

SCRIPT = """import time
import helper


def busy(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        helper.work()  # \u00e4


busy(%s)
"""
HELPER = """def cold():
    return 1


def work():
    return sum(i * i for i in range(2000))
"""


class Sources(LiveTest):
    def setUp(self):
        super().setUp()
        self.place = os.path.join(self.folder.name, "program")
        os.mkdir(self.place)
        self.write("script.py", SCRIPT % 0.5)
        self.write("helper.py", HELPER)

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def record_script(self, *options, python=PYTHON, script="program/script.py"):
        done = self.record("-q", "-o", self.trace, *options, "--", python, "-B", script)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def listing(self, *options):
        return self.report("--format", "source", *options)

    def part(self, name, *options):
        """What the report says of one file, from its path to the next empty line."""
        found = re.search(r"^(\S*%s)\n(.*?)\n$" % re.escape(name), self.listing(*options), re.M | re.S)
        self.assertTrue(found, self.listing(*options))
        return found.group(2)

    def remove_all(self):
        os.remove(self.path("script.py"))
        os.remove(self.path("helper.py"))


@per_interpreter()
class Versions(Sources):
    def each_line_is_the_right_one(self, interpreter):
        self.record_script(python=interpreter.path)
        self.remove_all()
        hot = self.part("helper.py")
        self.assertIn("; source from the recording\n", hot)
        rows = re.findall(r"^ *([\d.]+) +([\d.]+)  \*{4} +(\d+) \| (.*)$", hot, re.M)
        self.assertEqual([row[2:] for row in rows], [("6", "    return sum(i * i for i in range(2000))")])
        self.assertGreater(float(rows[0][0]), 60)
        calls = re.search(r"([\d.]+)  \*{0,4} +8 \| {9}helper.work\(\)  # \u00e4$", self.part("script.py"), re.M)
        self.assertGreaterEqual(float(calls.group(1)), float(rows[0][0]))


class Places(Sources):
    def test_without_text_the_disk_is_asked(self):
        self.record_script("--no-sources")
        self.assertIn("; source unchanged since the recording\n", self.part("helper.py"))
        self.write("helper.py", HELPER.replace("2000", "3000"))
        self.assertIn("; source changed since the recording: only line numbers\n", self.part("helper.py"))
        self.assertNotIn("3000", self.listing())
        self.assertRegex(self.part("helper.py"), r"(?m)\*{4} +6 \| in ")
        self.remove_all()
        self.assertIn("; source not found here: only line numbers\n", self.part("helper.py"))

    def test_what_is_elsewhere_is_not_taken_unasked(self):
        elsewhere = os.path.join(self.folder.name, "elsewhere")
        os.mkdir(elsewhere)
        for options, wanted in (([], "source not found here"), (["--embed-sources=all"], "source from the recording")):
            self.write("script.py", SCRIPT % 0.3)
            self.write("helper.py", HELPER)
            done = self.record("-q", "-o", self.trace, *options, "--", "/bin/sh", "-c",
                               "cd %s && exec %s -B %s" % (elsewhere, PYTHON, self.path("script.py")))
            self.assertEqual(done.returncode, 0)
            self.remove_all()
            self.assertIn(wanted, self.part("helper.py"))

    def test_a_short_program(self):
        """It is over before its files were all looked at."""
        self.write("script.py", "import " + ", ".join("m%d" % i for i in range(20)) + "\nm19.work()\n")
        for i in range(20):
            self.write("m%d.py" % i, "import time\ndef work():\n    %s\n    # the end\n" % (
                "m.work()" if i else "time.sleep(0.05)"))
            with open(self.path("m%d.py" % i), "a", encoding="utf-8") as file:
                file.write("import m%d as m\n" % (i - 1) if i else "#" * 3000 + "\n")
        self.record_script("--rate", "200")
        for i in range(20):
            os.remove(self.path("m%d.py" % i))
        for i in range(20):
            self.assertIn("; source from the recording\n", self.part("m%d.py" % i, "--limit", "100"))

    def test_an_attached_program(self):
        self.write("script.py", "print('ready', flush=True)\n" + SCRIPT % 20)
        process = self.start(PYTHON, "-B", "script.py", cwd=self.place, stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        done = self.record("-q", "-o", self.trace, "--duration", "0.2", "--pid", str(process.pid))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn("; source from the recording\n", self.part("helper.py"))

    def test_other_reports_are_the_same_beside_it(self):
        self.record_script()
        alone = self.report("--format", "text")
        both = self.report("--format", "source", "-o", os.path.join(self.folder.name, "s"), "--format", "text", "-o", "-")
        self.assertEqual(both, alone)
        with open(os.path.join(self.folder.name, "s"), encoding="utf-8") as file:
            self.assertEqual(file.read(), self.listing())
        self.assertEqual(self.listing("--lines"), self.listing())


if __name__ == "__main__":
    main()
