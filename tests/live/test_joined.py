"""Every function that was sampled finds its definition in the source, and none finds another one's."""
import collections
import functools
import os
import re
import subprocess
import tokenize

from harness import BUILD, LiveTest, PYTHON, main, per_interpreter, program

ENVIRONMENT = dict(os.environ, LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
PARAMETERS = re.compile(r"<generic parameters of (\w+)>$")  # a function of the interpreter's own, for the definition X
EXPRESSIONS = {"<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}

Row = collections.namedtuple("Row", "state co_name name file first_line line own own_first own_def own_end"
                                    " counts_for for_line for_lines")


@functools.lru_cache(maxsize=None)
def source_lines(path):
    with tokenize.open(path) as file:
        return file.read().split("\n")


class JoinTest(LiveTest):
    def joined(self):
        done = subprocess.run([os.path.join(BUILD, "tests", "live", "print_joined"), self.trace], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        rows = [Row(*line.split("\t")) for line in done.stdout.decode().splitlines()]
        return [row._replace(first_line=int(row.first_line), line=int(row.line)) for row in rows]

    def record_program(self, interpreter, name, *arguments):
        done = self.record("-q", "-r", "1000", "-o", self.trace, "--", interpreter.path, program(name), *arguments,
                           env=ENVIRONMENT)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return self.joined()


@per_interpreter()
class Joined(JoinTest):
    def check_named(self, interpreter, row):
        """The definition has the name on the line that the code object says, and the sample lies within it."""
        name = PARAMETERS.sub(r"\1", row.co_name)
        self.assertEqual((row.own.rsplit(".", 1)[-1], int(row.own_first)), (name, row.first_line), row)
        self.assertRegex(source_lines(row.file)[int(row.own_def) - 1], r"\b(def|class)\s+%s\b" % re.escape(name), row)
        if interpreter.hexversion >= 0x030b0000 and name == row.co_name:
            self.assertEqual(row.own, row.name, row)
        if row.line:
            self.assertTrue(int(row.own_first) <= row.line <= int(row.own_end), row)
        self.assertEqual((row.counts_for, row.for_line), (row.own, row.own_first), row)

    def check_expression(self, row):
        """It counts for a function around it, or for the module."""
        self.assertNotIn(row.counts_for.rsplit(".", 1)[-1], EXPRESSIONS, row)
        if row.line:
            self.assertIn(row.line, range(int(row.for_line), int(row.for_line) + int(row.for_lines)), row)

    def check(self, interpreter, rows):
        """The functions that were found, by name."""
        found = collections.Counter()
        for row in rows:
            if not os.path.isfile(row.file):
                self.assertEqual(row.state, "not-recorded", row)
                continue
            self.assertEqual(row.state, "found", row)
            if row.co_name == "<module>":
                self.assertEqual((row.own, row.counts_for), ("-", "<module>"), row)
            elif row.co_name in EXPRESSIONS:
                self.check_expression(row)
            else:
                self.check_named(interpreter, row)
            found[row.co_name] += 1
        return found

    def each_shape(self, interpreter):
        rows = self.record_program(interpreter, "shapes.py", "0.01", self.folder.name)
        found = self.check(interpreter, rows)
        for name in ("innermost", "middle", "outermost", "drawing", "__await__", "generator", "delegating", "wrapper",
                     "in_decorators", "one", "other", "Within", "value", "static", "catching", "<lambda>", "<module>"):
            self.assertIn(name, found)

    def each_name(self, interpreter):
        found = self.check(interpreter, self.record_program(interpreter, "names.py", "0.3"))
        for name in ("ascii_only", "caf\u00e9", "\u8a08\u7b97", "method", "within", "<lambda>", "<genexpr>"):
            self.assertIn(name, found)

    def each_thread_and_module_of_the_library(self, interpreter):
        found = self.check(interpreter, self.record_program(interpreter, "states.py", "0.3"))
        for name in ("spin", "finish", "run", "join", "_bootstrap"):
            self.assertIn(name, found)


SCRIPT = """import time

def deep(rows):
    for row in rows:
        if row:
            for cell in row:
                if cell or row:
                    pass

def flat(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        deep([[1, 2, 3]] * 1000)

flat(0.3)
"""


class Reports(JoinTest):
    def setUp(self):
        super().setUp()
        self.script = os.path.join(self.folder.name, "script.py")

    def record_script(self, *options):
        with open(self.script, "w") as file:
            file.write(SCRIPT)
        done = self.record("-q", "-o", self.trace, *options, "--", PYTHON, "-B", "script.py")
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_text(self):
        self.record_script()
        text = self.report()
        self.assertIn("=== Profiling Results for Python ===\nFile Size: %d bytes\nLines of Code: %d\nFunctions: 2\nClasses: 0\n"
                      "Imports: 1\nComplexity Score: 9\nDetails:\n- Detected 2 function definitions\n"
                      % (len(SCRIPT), SCRIPT.count("\n")), text)
        table = text.split("\nHot and complex:\n")[1].splitlines()
        score, self_share, _, cyclomatic, cognitive, lines, name, place = table[1].split()
        self.assertEqual((cyclomatic, cognitive, lines, name), ("6", "11", "6", "deep"))
        self.assertTrue(place.endswith("script.py:3"), place)
        self.assertAlmostEqual(float(score), float(self_share) * 3.585, delta=0.1)

    def test_changed_and_missing_sources_are_said(self):
        self.record_script("--no-sources")
        self.assertIn("Functions: 2\n", self.report())
        with open(self.script, "a") as file:
            file.write("# a comment\n")
        said = self.report()
        self.assertIn("\nNot analysed: the source changed since the recording.\n", said)
        self.assertNotIn("Functions:", said.split("=== Runtime")[0])
        self.assertRegex(said, r" %  the source changed since the recording \(1 file\)\n")
        os.remove(self.script)
        self.assertIn("\nNot analysed: the source was not found here.\n", self.report())

    def test_source_has_them_in_its_margin(self):
        self.record_script()
        listing = self.report("--format", "source", "--whole-files")
        self.assertIn("   Self %  Total %  Heat Cycl Cogn   Line\n", listing)
        self.assertRegex(listing, r"(?m)^ +(?:[\d.]+ +[\d.]+)? +\*{0,4} +6   11      3 \| def deep\(rows\):$")
        self.assertRegex(listing, r"(?m)^ +(?:[\d.]+ +[\d.]+)? +\*{0,4} +2    1     10 \| def flat\(seconds\):$")

    def test_both_have_the_same(self):
        self.record_script()
        alone = self.report()
        both = self.report("--format", "source", "-o", os.path.join(self.folder.name, "s"), "--format", "text", "-o", "-")
        self.assertEqual(both, alone)


if __name__ == "__main__":
    main()
