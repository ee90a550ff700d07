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

    def check(self, interpreter, machine):
        minor = generate.minor_of(interpreter)
        if minor not in generate.PROGRAMS:
            self.skipTest("no row is made for CPython 3.%d" % minor)
        if not generate.has_headers(interpreter):
            self.skipTest("%s has no headers" % interpreter.path)
        for free_threaded in generate.kinds_of(interpreter):
            with tempfile.TemporaryDirectory() as folder:
                values = generate.values_of(interpreter, free_threaded, folder, machine)
            row = generate.row_text(machine, minor, free_threaded, [], values)
            committed = generate.rows_of_file(machine).get((minor, free_threaded), "")
            self.assertEqual(without_comment(row), without_comment(committed))

    def test_each_version_has_a_row_for_each_kind_of_build(self):
        for machine in generate.MACHINES:
            self.assertEqual(sorted(generate.rows_of_file(machine)), generate.all_kinds())

    def test_each_row_has_each_field(self):
        """Also of a machine whose compiler is not here: a field that is left out would be 0."""
        fields = sorted(name for names in generate.struct_fields().values() for name in names)
        for machine in generate.MACHINES:
            for (minor, _), rows in generate.rows_of_file(machine).items():
                for row in rows.split(".version_last")[1:]:
                    members = re.findall(r"[{\s]\.(\w+) = (?!\{)", row.split("\n},")[0].split("\n", 1)[1])
                    self.assertEqual(sorted(members), fields, "%s 3.%d" % (machine, minor))


def add_test(interpreter, machine):
    name = "test_%s_%s" % (machine, interpreters.name_of(interpreter).replace(".", "_"))
    while hasattr(LayoutRows, name):
        name += "_again"
    setattr(LayoutRows, name, lambda self: self.check(interpreter, machine))


def add_tests():
    for machine in generate.MACHINES:
        if not generate.tools(machine):
            setattr(LayoutRows, "test_" + machine, unittest.skip(
                "no compiler for %s here: tests/%s/get brings one" % (generate.MACHINES[machine], machine))(lambda self: None))
            continue
        for interpreter in interpreters.find():
            add_test(interpreter, machine)


add_tests()

if __name__ == "__main__":
    unittest.main()
