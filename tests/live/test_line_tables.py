"""
The line table decoder against CPython: every instruction of the standard library of every interpreter here must be at the
line, and from 3.11 on at the end line and columns, that the interpreter itself names.

A fixed choice of files by default; all files with QA_FULL=1.
"""
import os
import subprocess
import tempfile
import unittest

import interpreters
import matrix

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FILES = "0" if os.environ.get("QA_FULL") == "1" else "150"


def build(folder):
    program = os.path.join(folder, "compare")
    subprocess.check_call([
        os.environ.get("CC", "cc"), "-std=c11", "-O2", "-g", "-I" + os.path.join(ROOT, "include"),
        "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", program,
        os.path.join(HERE, "line_tables", "compare.c"), os.path.join(ROOT, "src", "cpython", "line_table.c")])
    return program


class LineTables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.compare = build(folder.name)

    def check(self, interpreter):
        with matrix.noting(("lines", "columns"), interpreter):
            self.compare_all(interpreter)

    def compare_all(self, interpreter):
        expected = subprocess.Popen(
            [interpreter.path, "-I", os.path.join(HERE, "line_tables", "expected.py"), FILES],
            stdout=subprocess.PIPE)
        compared = subprocess.run([self.compare], stdin=expected.stdout, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, universal_newlines=True)
        expected.stdout.close()
        self.assertEqual(expected.wait(), 0)
        self.assertEqual(compared.returncode, 0, compared.stderr)
        codes, instructions, differences = map(int, compared.stdout.split())
        self.assertEqual(differences, 0, compared.stderr)
        self.assertGreater(codes, 2000)
        self.assertGreater(instructions, 100000)

    def test_there_are_interpreters(self):
        self.assertTrue(interpreters.find())


def add_tests():
    for interpreter in interpreters.find():
        name = "test_%s" % interpreters.name_of(interpreter).replace(".", "_")
        while hasattr(LineTables, name):
            name += "_again"
        setattr(LineTables, name, lambda self, interpreter=interpreter: self.check(interpreter))


add_tests()

if __name__ == "__main__":
    matrix.forget()
    unittest.main()
