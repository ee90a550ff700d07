"""qa-report --static-only: what it takes, what it says, and how it fails."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import analysed

PROGRAM = """\
import os, sys
from a import *
import json as j

class Server:
    def run(self):
        for x in y:
            if x and y:
                return lambda: 0

def f(): return [a for a in b]
def g(): pass
"""


class StaticOnly(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = self.folder / "program.py"
        self.program.write_text(PROGRAM)

    def run_it(self, *words, status=0):
        done = analysed.run("--static-only", *words)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def refused(self, *words):
        done = analysed.run(*words)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_text(self):
        lines = self.run_it(self.program).stdout.splitlines()
        for line in ("File: %s" % self.program, "Analysis: full", "File Size: %d bytes" % len(PROGRAM), "Lines of Code: 12",
                     "- Detected 10 lines of code, 0 of comment, 0 of docstrings, 2 blank", "Functions: 3", "Classes: 1", "Imports: 3",
                     "Complexity Score: 8", "Details:", "- Detected 3 function definitions, of these 1 method",
                     "- Detected 1 class definition", "- Detected 3 import statements, 4 imported names",
                     "- Detected 1 lambda and 1 comprehension"):
            self.assertIn(line, lines)
        at = lines.index("Most complex:")
        self.assertEqual(lines[at + 2].split(), ["4", "4", "2", "4", "Server.run,", "line", "6"])
        self.assertEqual(len(lines), at + 5)

    def test_limit(self):
        lines = self.run_it("--limit", "1", self.program).stdout.splitlines()
        self.assertEqual(lines[-1].split()[4], "Server.run,")

    def test_json(self):
        said = json.loads(self.run_it("--format", "json", self.program).stdout)
        facts, = said["files"]
        self.assertEqual((facts["path"], facts["analysis"], facts["functions"], facts["complexity"]),
                         (str(self.program), "full", 3, 8))
        self.assertEqual([one["qualified_name"] for one in facts["definitions"]],
                         ["Server", "Server.run", "Server.run.<locals>.<lambda>", "f", "f.<locals>.<listcomp>", "g"])
        self.assertEqual(facts["definitions"][1]["parent"], 0)
        self.assertIsNone(facts["definitions"][0]["parent"])

    def test_folders(self):
        (self.folder / "inner" / "deep").mkdir(parents=True)
        (self.folder / ".hidden").mkdir()
        for name in ("inner/deep/b.py", "inner/a.pyw", "inner/no.txt", ".hidden/c.py"):
            (self.folder / name).write_text("x = 1\n")
        os.symlink("..", str(self.folder / "inner" / "loop"))
        os.mkfifo(str(self.folder / "inner" / "fifo.py"))
        said = json.loads(self.run_it("--format", "json", self.folder).stdout)
        self.assertEqual([os.path.relpath(facts["path"], str(self.folder)) for facts in said["files"]],
                         ["inner/a.pyw", "inner/deep/b.py", "program.py"])
        text = self.run_it(self.folder).stdout
        self.assertIn("All files: 3\n", text)
        self.assertTrue(text.endswith("Functions: 3\nClasses: 1\nImports: 3\nComplexity Score: 10\n"), text)

    def test_any_name_is_analysed_if_it_is_named(self):
        script = self.folder / "script"
        script.write_text("#!/usr/bin/python3\ndef f(): pass\n")
        self.assertIn("Functions: 1\n", self.run_it(script).stdout)

    def test_what_cannot_be_analysed_is_said_and_is_a_failure(self):
        os.mkfifo(str(self.folder / "fifo"))
        os.symlink("loop", str(self.folder / "loop"))
        with open(str(self.folder / "large"), "wb") as file:
            file.truncate(100 << 20)
        (self.folder / "nul").write_bytes(b"a\0b")
        for name, reason in (("fifo", "It is no regular file."), ("loop", "It cannot be read: Too many levels of symbolic links."),
                             ("large", "It has 104857600 bytes; files of more than 16777216 are not analysed."),
                             ("nul", "The file holds NUL bytes: it is no source, or in an encoding like UTF-16.")):
            done = self.run_it(self.program, self.folder / name, status=1)
            self.assertIn("Analysis: failed\nNote: %s\n" % reason, done.stdout)
            self.assertIn("All files: 2, 1 of them not analysed\n", done.stdout)
        self.run_it("/dev/zero", status=1)

    def test_hostile_files_take_bounded_time(self):
        hostile = self.folder / "hostile.py"
        hostile.write_text("if x: (\n" * 131072)
        facts, = json.loads(self.run_it("--format", "json", hostile).stdout)["files"]
        self.assertEqual((facts["analysis"], facts["loc"]), ("basic", 131072))
        self.assertIn("too long", facts["reason"])

    def test_what_is_not_there_is_an_error(self):
        self.assertIn("There is no file", self.run_it(self.folder / "none.py", status=1).stderr)
        (self.folder / "empty").mkdir()
        self.assertIn("There is no source file in", self.run_it(self.folder / "empty", status=1).stderr)

    def test_names_cannot_move_the_cursor(self):
        path = self.folder / "a\x1b[2J\n.py"
        path.write_text("x")
        self.assertIn("a\\x1b[2J\\x0a.py\n", self.run_it(path).stdout)

    def test_output_is_whole_or_not_there(self):
        output = self.folder / "report"
        self.run_it("-o", output, self.program)
        self.assertIn("Functions: 3\n", output.read_text())
        self.run_it("-o", self.folder / "none" / "report", self.program, status=1)

    def test_a_full_disk_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([analysed.REPORT, "--static-only", str(self.program)], stdout=full, stderr=subprocess.PIPE,
                                  universal_newlines=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)

    def test_wrong_usage(self):
        path = str(self.program)
        self.assertIn("needs a source file", self.refused("--static-only"))
        for words in (["--cpu"], ["--thread", "a"], ["--lines"], ["--no-gc-frames"], ["--title", "a"], ["--check"]):
            self.assertIn(words[0], self.refused("--static-only", *words, path))
        self.assertIn("text or json", self.refused("--static-only", "--format", "svg", path))
        self.assertIn("text or json", self.refused("--static-only", "--format", "json", "--format", "text", path))
        self.assertIn("no --limit", self.refused("--static-only", "--format", "json", "--limit", "1", path))
        self.assertIn("for --static-only", self.refused("--format", "json", path))


if __name__ == "__main__":
    unittest.main()
