"""The committed rows of offsets against the headers of every interpreter here that has them."""
import importlib.machinery
import importlib.util
import os
import re
import tempfile
import unittest

import interpreters

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def load_generate():
    loader = importlib.machinery.SourceFileLoader("generate", os.path.join(ROOT, "src/cpython/gen/generate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", loader))
    loader.exec_module(module)
    return module


generate = load_generate()


def without_comment(row):
    return re.sub(r"/\*.*?\*/\n", "", row)


class LayoutRows(unittest.TestCase):
    maxDiff = None

    def check(self, interpreter):
        minor = generate.minor_of(interpreter)
        if minor not in generate.PROGRAMS:
            self.skipTest("no row is made for CPython 3.%d" % minor)
        if not generate.has_headers(interpreter):
            self.skipTest("%s has no headers" % interpreter.path)
        for free_threaded in generate.kinds_of(interpreter):
            with tempfile.TemporaryDirectory() as folder:
                row = generate.row_text(minor, free_threaded, [], generate.values_of(interpreter, free_threaded, folder))
            committed = generate.rows_of_file().get((minor, free_threaded), "")
            self.assertEqual(without_comment(row), without_comment(committed))

    def test_each_version_has_a_row_for_each_kind_of_build(self):
        self.assertEqual(sorted(generate.rows_of_file()), generate.all_kinds())


def add_tests():
    for interpreter in interpreters.find():
        name = "test_%s" % interpreters.name_of(interpreter).replace(".", "_")
        while hasattr(LayoutRows, name):
            name += "_again"
        setattr(LayoutRows, name, lambda self, interpreter=interpreter: self.check(interpreter))


add_tests()

if __name__ == "__main__":
    unittest.main()
