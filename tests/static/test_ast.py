"""
The analysis against CPython's own parser, on the standard library of every interpreter here: how many functions, methods,
classes, lambdas, comprehensions, imports and imported names, and the name, first, def and last line of every definition. And
against its compiler: every code object of a function or class has one definition with its name and first line.

A choice of files by QA_SEED; all files with QA_FULL=1.
"""
import collections
import json
import re
import subprocess
import unittest

import analysed
from analysed import interpreters

FILES = 100  # of each interpreter
COUNTS = ("functions", "methods", "classes", "lambdas", "comprehensions", "imports", "imported_names")

# Files in which the grammar and CPython differ, and why.
EXPLAINED = {
    "badsyntax_future8.py": "`from __future__ import *` is in no grammar; CPython refuses it only after parsing",
}


def asked(interpreter, files):
    done = subprocess.run([interpreter.path, "-I", str(analysed.HERE / "ask_ast.py")], input="\n".join(map(str, files)) + "\n",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def definitions(facts, fields):
    return sorted([one["kind"], one["name"]] + [one[field] for field in fields]
                  for one in facts["definitions"] if one["kind"] in ("function", "class"))


def differences(facts, expected):
    """Sentences."""
    if facts["analysis"] != "full":
        return ["not analysed: %s" % facts["reason"]]
    found = ["%s: %s, not %s" % (key, facts[key], expected[key]) for key in COUNTS if facts[key] != expected[key]]
    wanted = expected["definitions"]
    fields = ("first_line", "def_line", "end_line")[:len(wanted[0]) - 2 if wanted else 3]
    got = definitions(facts, fields)
    for one in [one for one in got if one not in wanted][:3]:
        found.append("not in the file: %s" % one)
    for one in [one for one in wanted if one not in got][:3]:
        found.append("missing: %s" % one)
    return found + lost(facts, expected["codes"])


def lost(facts, codes):
    """Sentences on code objects that do not lead to one definition. Annotations of type parameters are code, too: they have
    the names of the parameters, on the line of the definition or alias."""
    keys = collections.Counter((one["name"], one["first_line"]) for one in facts["definitions"])
    wrong = []
    for name, line in codes:
        if keys[name, line] != 1 and not (keys[name, line] == 0 and is_type_parameter(facts, name, line)):
            wrong.append("%s, line %d: %d definitions" % (name, line, keys[name, line]))
    return wrong[:3]


def is_type_parameter(facts, name, line):
    with open(facts["path"], "rb") as file:
        text = file.read().splitlines()[line - 1]
    return re.search(rb"\btype\s+\w+|\b(def|class)\s+\w+\[", text) and re.search(rb"\b%s\b" % name.encode(), text)


class AgainstAst(unittest.TestCase):
    maxDiff = None

    def check(self, interpreter):
        files = analysed.some(analysed.library_of(interpreter), FILES)
        compared, wrong = 0, {}
        for facts, expected in zip(analysed.facts(*files), asked(interpreter, files)):
            if expected is None:  # one of the test suite's files that are not to be parsed
                continue
            compared += 1
            found = differences(facts, expected)
            if found:
                wrong[facts["path"]] = found
        unexplained = {path: found for path, found in wrong.items() if path.split("/")[-1] not in EXPLAINED}
        print("| %s | %d files | %d equal | %d explained |" %
              (interpreters.name_of(interpreter), compared, compared - len(wrong), len(wrong) - len(unexplained)))
        self.assertEqual(unexplained, {})
        self.assertGreater(compared, 90)
        if analysed.ALL:
            self.assertGreaterEqual((compared - len(wrong)) / compared, 0.999)

    def test_there_are_interpreters(self):
        self.assertTrue(interpreters.find())


def add_tests():
    for interpreter in interpreters.find():
        name = "test_%s" % interpreters.name_of(interpreter).replace(".", "_")
        setattr(AgainstAst, name, lambda self, interpreter=interpreter: self.check(interpreter))


add_tests()

if __name__ == "__main__":
    unittest.main()
