"""
The analysis against radon, on the standard library of a Python that radon understands: the cyclomatic complexity of every
function, class and module, and the line counts.

A choice of files by QA_SEED; with QA_FULL=1 all files, of which the line counts of 400: radon takes long for them.
"""
import json
import os
import subprocess
import unittest

import analysed
from analysed import interpreters

FILES = 80
LINE_FILES = 400
FOLDER = analysed.ROOT / "build-oracles"
LINES = {"loc": "loc", "lloc": "lloc", "sloc": "sloc", "comments": "comments", "multi": "multi", "blank": "blank",
         "comment_lines": "single_comments"}

# Files in which the two differ: radon overlooks the `else` of a `try` with except*, too.
EXPLAINED = ("test_taskgroups.py", "test_except_star.py", "test_exception_variations.py", "test_grammar.py",
             "test_sys_settrace.py")


def radon_python():
    """The newest interpreter here whose tokens radon knows: from 3.12 on, f-strings are several."""
    fit = [one for one in interpreters.find() if 0x03080000 <= one.hexversion < 0x030c0000]
    return fit[-1] if fit else None


def fetch():
    subprocess.run(["/usr/bin/python3", str(analysed.ROOT / "tools/grammars/fetch"), str(analysed.HERE / "lock"), str(FOLDER)],
                   check=True)
    return os.path.exists(str(FOLDER / "radon" / "visitors.py"))


def asked(python, files):
    done = subprocess.run([python.path, "-I", str(analysed.HERE / "ask_radon.py"), str(FOLDER),
                           str(max(1, len(files) // LINE_FILES))],
                          input="\n".join(map(str, files)) + "\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def own(one):
    """Its number as radon would say it, which does not know except*."""
    return one["cyclomatic"] - one["except_star"]


def complexities(facts):
    """As radon counts: a class has its methods' numbers, too."""
    numbers = [own(one) for one in facts["definitions"]]
    for index, one in enumerate(facts["definitions"]):
        if one["method"]:
            numbers[one["parent"]] += own(facts["definitions"][index])
    return sorted([one["kind"], one["def_line"], one["name"], number] for one, number in zip(facts["definitions"], numbers)
                  if one["kind"] in ("function", "class"))


class AgainstRadon(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.python = radon_python()
        if not cls.python:
            raise unittest.SkipTest("no Python from 3.8 to 3.11 here")
        if not fetch():
            raise unittest.SkipTest("radon cannot be had")
        cls.files = analysed.some(analysed.library_of(cls.python), FILES)
        pairs = zip(analysed.facts(*cls.files), asked(cls.python, cls.files))
        cls.pairs = [(facts, said) for facts, said in pairs if said]

    def test_radon_said_something(self):
        print("| radon under %s | %d files | %d compared |" % (self.python.version, len(self.files), len(self.pairs)))
        self.assertGreaterEqual(len(self.pairs), len(self.files) * 0.95)

    def test_cyclomatic_of_every_definition(self):
        count, wrong = 0, {}
        for facts, said in self.pairs:
            if facts["path"].split("/")[-1] in EXPLAINED:
                continue
            got = complexities(facts)
            count += len(got)
            if got != said["definitions"]:
                wrong[facts["path"]] = [one for one in got if one not in said["definitions"]][:5], [
                    one for one in said["definitions"] if one not in got][:5]
        print("| cyclomatic complexity | %d definitions | %d files differ |" % (count, len(wrong)))
        self.assertEqual(wrong, {})
        self.assertGreater(count, 1000)

    def test_cyclomatic_of_modules(self):
        wrong = {facts["path"]: (facts["module_cyclomatic"], said["module"]) for facts, said in self.pairs
                 if facts["module_cyclomatic"] != said["module"]}
        self.assertEqual(wrong, {})

    def test_lines(self):
        counted = [(facts, said["raw"]) for facts, said in self.pairs if said["raw"]]
        wrong = {facts["path"]: [(key, facts[key], raw[theirs]) for key, theirs in LINES.items() if facts[key] != raw[theirs]]
                 for facts, raw in counted if any(facts[key] != raw[theirs] for key, theirs in LINES.items())}
        print("| line counts | %d files | %d differ |" % (len(counted), len(wrong)))
        self.assertEqual(wrong, {})


if __name__ == "__main__":
    unittest.main()
