"""qa-report's command line, on the trace that docs/trace-format.md shows: options, places, messages, exit statuses."""
import os
import pty
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REPORT = os.path.join(os.environ.get("QA_BUILD", os.path.join(ROOT, "build")), "qa-report")
FORMATS = ["text", "source", "collapsed", "speedscope", "svg", "pprof"]


def example():
    with open(os.path.join(ROOT, "docs/trace-format.md"), encoding="utf-8") as document:
        block = re.search(r"^```hex\n(.*?)^```$", document.read(), re.MULTILINE | re.DOTALL).group(1)
    return bytes.fromhex("".join(line.split(";")[0] for line in block.splitlines()))


class ReportCommand(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.trace = example()
        self.put("x.qat", self.trace)

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)

    def get(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run_report(self, *words, **more):
        given = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        given.update(more)
        if "input" in given:
            del given["stdin"]
        return subprocess.run([REPORT, *words], cwd=self.folder, check=False, timeout=60, **given)

    def succeed(self, *words, **more):
        done = self.run_report(*words, **more)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout

    def refuse(self, status, message, *words, **more):
        """Fails with this message and nothing on stdout; leaves no file behind."""
        before = sorted(os.listdir(self.folder))
        done = self.run_report(*words, **more)
        self.assertEqual(done.returncode, status, done.stderr)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(lines[0], "qa-report: " + message)
        for line in lines[1:]:
            self.assertTrue(line.startswith("  hint: "), line)
        self.assertFalse(done.stdout)
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        return "\n".join(lines[1:])

    # --- what is written, and where to

    def test_text_goes_to_stdout(self):
        self.assertIn(b"Total samples collected: 3\n", self.succeed("x.qat"))
        self.assertEqual(self.succeed("x.qat"), self.succeed("--format", "text", "--output", "-", "x.qat"))
        self.assertEqual(os.listdir(self.folder), ["x.qat"])

    def test_spellings_of_an_option(self):
        wanted = self.succeed("--format", "collapsed", "--lines", "x.qat")
        for words in (["--format=collapsed", "-l"], ["-fcollapsed", "-l"], ["-lfcollapsed"], ["-lf", "collapsed"]):
            self.assertEqual(self.succeed(*words, "x.qat"), wanted)
            self.assertEqual(self.succeed("x.qat", *words), wanted)
        self.assertEqual(self.succeed("-f", "collapsed", "-l", "--", "x.qat"), wanted)
        self.assertNotEqual(self.succeed("-f", "collapsed", "x.qat"), wanted)

    def test_a_name_that_begins_with_a_dash(self):
        self.put("-x", self.trace)
        self.assertEqual(self.succeed("--", "-x"), self.succeed("x.qat"))

    def test_stdin(self):
        self.assertEqual(self.succeed("-", input=self.trace), self.succeed("x.qat"))

    def test_outputs_belong_to_formats_in_order(self):
        out = self.succeed("-f", "svg", "-o", "a", "-f", "collapsed", "-o", "b", "x.qat", "-f", "text")
        self.assertIn(b"<svg", self.get("a"))
        self.assertEqual(self.get("b"), self.succeed("-f", "collapsed", "x.qat"))
        self.assertEqual(out, self.succeed("x.qat"))

    def test_a_binary_report_gets_a_name(self):
        done = self.run_report("-f", "pprof", "x.qat")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b"qa-report: wrote x.pb.gz\n"))
        self.assertEqual(self.get("x.pb.gz")[:2], b"\x1f\x8b")
        done = self.run_report("-f", "pprof", "-", input=self.trace)
        self.assertEqual(done.stderr, b"qa-report: wrote profile.pb.gz\n")
        self.assertEqual(self.get("profile.pb.gz"), self.get("x.pb.gz"))
        self.assertEqual(self.succeed("-f", "pprof", "-o", "-", "x.qat"), self.get("x.pb.gz"))

    def test_a_binary_report_is_not_for_a_terminal(self):
        primary, terminal = pty.openpty()
        try:
            done = self.run_report("-f", "pprof", "-o", "-", "x.qat", stdout=terminal)
        finally:
            os.close(primary)
            os.close(terminal)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"qa-report: pprof is not for a terminal.\n  hint: ", done.stderr)

    def written_to_terminal(self, *words, **environment):
        primary, terminal = pty.openpty()
        try:
            done = self.run_report(*words, stdout=terminal, env=dict(environment, PATH=os.environ["PATH"]))
        finally:
            os.close(terminal)
        out = b""
        try:
            while True:
                out += os.read(primary, 10000)
        except OSError:  # the end
            os.close(primary)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return out.replace(b"\r\n", b"\n")

    def test_colours_are_for_terminals(self):
        plain = self.succeed("-f", "source", "x.qat")
        self.assertNotIn(b"\x1b", plain)
        colored = self.written_to_terminal("-f", "source", "x.qat", TERM="xterm")
        self.assertIn(b"\x1b[1;31m", colored)
        self.assertEqual(re.sub(rb"\x1b\[[\d;]*m", b"", colored), plain)
        self.assertEqual(self.written_to_terminal("-f", "source", "x.qat", TERM="xterm", NO_COLOR=""), colored)
        for environment in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
            self.assertEqual(self.written_to_terminal("-f", "source", "x.qat", **environment), plain)
        self.written_to_terminal("-f", "source", "-o", "report", "x.qat", TERM="xterm")
        self.assertEqual(self.get("report"), plain)

    def test_a_terminal_is_no_trace(self):
        primary, terminal = pty.openpty()
        try:
            self.refuse(1, "stdin is a terminal, not a trace.", "-", stdin=terminal)
        finally:
            os.close(primary)
            os.close(terminal)

    def test_options_reach_the_formats_that_take_them(self):
        both = ["-f", "text", "-f", "svg", "-o", "-", "-o", "a.svg", "x.qat"]
        self.assertIn(b"Top 1 Hot Functions", self.succeed("--limit", "1", *both))
        self.succeed("--title", "a title of mine", *both)
        self.assertIn(b"a title of mine", self.get("a.svg"))

    # --- what is refused

    def test_wrong_usage(self):
        for message, *words in (
            ("There is no trace to report.",),
            ("There is no option --frmat.", "--frmat", "svg", "x.qat"),
            ("There is no option --form.", "--form", "svg", "x.qat"),
            ("There is no option -z.", "-lz", "x.qat"),
            ("--format needs a value: --format NAME.", "x.qat", "--format"),
            ("-f needs a value: -f NAME.", "x.qat", "-f"),
            ("--lines takes no value, but got 'yes'.", "--lines=yes", "x.qat"),
            ("There is no format 'sgv'.", "--format", "sgv", "x.qat"),
            ("--output needs a file name, or - for stdout.", "--output=", "x.qat"),
            ("None of the chosen formats takes --whole-files.", "-f", "text", "--whole-files", "x.qat"),
            ("None of the chosen formats takes --limit.", "-f", "svg", "--limit", "3", "x.qat"),
            ("None of the chosen formats takes --title.", "--title", "x", "x.qat"),
            ("Only one trace can be reported at a time, not x.qat and y.qat.", "x.qat", "y.qat"),
            ("The reports text and svg would both go to stdout.", "-f", "text", "-f", "svg", "x.qat"),
            ("The reports text and svg would both go to a.", "-f", "text", "-f", "svg", "-o", "a", "-o", "a", "x.qat"),
            ("--output was given 2 times, but there is only 1 --format.", "-o", "a", "-o", "b", "x.qat"),
            ("--wall and --cpu exclude each other: each says which samples count.", "--cpu", "--wall", "x.qat"),
            ("--cpu and --gil exclude each other: each says which samples count.", "--gil", "--cpu", "x.qat"),
            ("--no-idle goes with --wall, not with --cpu.", "--cpu", "--no-idle", "x.qat"),
            ("--no-idle goes with --wall, not with --gil.", "--no-idle", "--gil", "x.qat"),
            ("--thread needs a name or the id of a thread.", "--thread=", "x.qat"),
            ("--thread can be given 64 times, not more.", *["--thread=MainThread"] * 65, "x.qat"),
            ("The recording has no thread 'Main'.", "--thread", "MainThread", "--thread", "Main", "x.qat"),
            ("--check writes no report: it goes without --format and --output.", "--check", "-f", "svg", "x.qat"),
        ):
            with self.subTest(message=message):
                self.refuse(2, message, *words)

    def test_numbers(self):
        for value in ("0", "-1", "abc", "1000001", "", "1.5", "0x10", " 3", "3 ", "99999999999999999999999"):
            with self.subTest(value=value):
                self.refuse(2, "--limit must be a whole number between 1 and 1000000, not '%s'." % value,
                            "--limit", value, "x.qat")

    # --- which samples: of the three, one was on a CPU and two were not; nothing is known of the GIL

    def test_samples_are_chosen_by_state(self):
        whole = self.succeed("-f", "collapsed", "x.qat")
        for words, wanted in (((), 3), (("--wall",), 3), (("--cpu",), 1), (("--no-idle",), 1), (("--wall", "--no-idle"), 1)):
            with self.subTest(words=words):
                out = self.succeed(*words, "-f", "collapsed", "x.qat")
                self.assertEqual(sum(int(line.rsplit(b" ", 1)[1]) for line in out.splitlines()), wanted)
                self.assertEqual(out == whole, wanted == 3)
                text = self.succeed(*words, "x.qat")
                self.assertIn(b"Total samples collected: %d\n" % wanted, text)
                self.assertEqual(text.startswith(b"Selected: 1 of 3 samples ("), wanted == 1)

    def test_what_the_trace_does_not_know_cannot_be_chosen(self):
        hint = self.refuse(1, "The recording does not tell which threads held the GIL: this is unknown of all 3 samples.",
                           "--gil", "-o", "a", "x.qat")
        self.assertIn("Without --cpu, --gil and --no-idle", hint)

    def test_threads_are_chosen_by_name_or_id(self):
        whole = self.succeed("-f", "collapsed", "x.qat")
        for thread in ("MainThread", self.tid()):
            self.assertEqual(self.succeed("-f", "collapsed", "--thread", thread, "x.qat"), whole)
        text = self.succeed("--thread", "MainThread", "--cpu", "x.qat").decode()
        self.assertTrue(text.startswith("Selected: 1 of 3 samples (on a CPU; thread: MainThread)\n\n=== Prof"), text)
        self.assertIn("There are: MainThread (%s)." % self.tid(),
                      self.refuse(2, "The recording has no thread '7777777'.", "--thread", "7777777", "x.qat"))

    def tid(self):
        return re.search(rb"MainThread \(tid (\d+)\)", self.succeed("-f", "speedscope", "x.qat")).group(1).decode()

    def test_hints(self):
        self.assertIn("Did you mean --format?", self.refuse(2, "There is no option --fromat.", "--fromat", "x.qat"))
        self.assertIn("Did you mean --title?", self.refuse(2, "There is no option --tilte.", "--tilte=x", "x.qat"))
        self.assertNotIn("mean", self.refuse(2, "There is no option --xyzzy.", "--xyzzy", "x.qat"))
        self.assertIn(", ".join(FORMATS), self.refuse(2, "There is no format 'x'.", "-f", "x", "x.qat"))

    def test_no_such_trace(self):
        self.refuse(1, "There is no file nowhere.", "nowhere", "-o", "a")
        self.refuse(1, ". is a folder, not a trace.", ".")
        self.put("y", b"#!/usr/bin/env python3\n")
        self.refuse(1, "y is not a trace.", "y", "-o", "a")
        self.put("empty", b"")
        self.refuse(1, "empty is empty.", "empty")

    def test_a_report_spares_its_trace(self):
        self.refuse(1, "The report would overwrite its trace x.qat.", "-o", "x.qat", "x.qat")
        self.assertEqual(self.get("x.qat"), self.trace)

    def test_no_such_place(self):
        self.refuse(1, "Cannot write nowhere/a: No such file or directory.", "-o", "nowhere/a", "x.qat")

    # --- what is missing

    def test_an_incomplete_trace_is_reported_with_a_warning(self):
        self.put("x.qat", self.trace[:-3])
        done = self.run_report("x.qat")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"Total samples collected: 3\n", done.stdout)
        self.assertTrue(done.stderr.startswith(b"qa-report: warning: x.qat is incomplete.\n  It is cut: "), done.stderr)
        self.assertRegex(done.stderr, rb"  \d+ bytes are of no use\.\n$")

    def test_check(self):
        out = self.succeed("--check", "x.qat")
        self.assertTrue(out.startswith(b"x.qat is whole.\n"), out)
        self.assertIn(b"  Samples: 3. Threads: 1. Time: 0.020 s.\n", out)
        for broken, words in ((self.trace[:-1], b"It is cut"), (self.trace + b"x", b"1 byte is of no use"),
                              (self.trace[:12] + b"x" + self.trace[13:], b"Its header is damaged"),
                              (self.trace[:90] + b"x" + self.trace[91:], b"1 block is damaged")):
            done = self.run_report("--check", "-", input=broken)
            self.assertEqual((done.returncode, done.stderr), (3, b""))
            self.assertTrue(done.stdout.startswith(b"stdin is incomplete.\n"), done.stdout)
            self.assertIn(words, done.stdout)

    # --- what stands behind stdout

    def test_nobody_reads(self):
        for words in (["x.qat"], ["--help"], ["--list-formats"], ["--check", "x.qat"]):
            with self.subTest(words=words):
                reader, writer = os.pipe()
                os.close(reader)
                try:
                    done = self.run_report(*words, stdout=writer)
                finally:
                    os.close(writer)
                self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_a_full_disk(self):
        for words in (["x.qat"], ["-o", "/dev/full", "x.qat"], ["--help"], ["--check", "x.qat"]):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                done = self.run_report(*words, stdout=full)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"No space left on device.\n", done.stderr)

    # --- what it tells about itself

    def test_help_fits_and_is_complete(self):
        out = self.succeed("--help").decode()
        self.assertTrue(out.startswith("usage: qa-report [options] TRACE\n"))
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        for name in ("format", "output", "list-formats", "lines", "limit", "title", "check", "help", "version",
                     "wall", "cpu", "gil", "no-idle", "thread", "no-gc-frames", "whole-files"):
            self.assertRegex(out, r"(?m)^  (-\w,|   ) --%s\b" % name)
        self.assertEqual(self.succeed("-h", "nowhere").decode(), out)

    def test_formats_are_listed(self):
        out = self.succeed("--list-formats").decode()
        self.assertEqual(re.findall(r"(?m)^(\w+)", out), FORMATS)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        self.assertIn("usual ending: .pb.gz\n", out)

    def test_version(self):
        self.assertRegex(self.succeed("--version").decode(), r"^qa-report \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
