"""
The matrix: what the live tests have shown of each version of CPython.

A test says which cells it proves, for which interpreter: with @proves("…") before a method of a per_interpreter class, or
with noting(). Each program of tests writes what came out into BUILD/matrix/. Run on its own, this file puts it together,
prints the matrix, and is a test itself: each cell is ok, or it is said why there is nothing.

    python3 tests/live/matrix.py                    QA_EVERY_VERSION=1: an interpreter that is not here is a failure, too
    python3 tests/live/matrix.py --write FILE       the matrix as a document
"""
import atexit
import contextlib
import json
import os
import sys
import unittest

import interpreters

SOURCE = os.environ.get("QA_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PROGRAMS = os.path.join(SOURCE, "tests", "live")
FOLDER = os.path.join(SOURCE, os.environ.get("QA_BUILD") or "build", "matrix")

CELLS = ("launch", "attach", "exact names", "lines", "columns", "thread ids", "GIL", "idle")
REFUSAL = "refusal"  # in the place of all of them: the interpreter is refused by name
OK, FAILED, ABSENT = "ok", "FAILED", "absent"

# What must be there. A version that nothing here can install has the reason.
WANTED = ["3.%d" % minor for minor in range(6, 16)] + ["3.13t", "3.14t", "3.15t"]
NOT_TO_BE_HAD = {
    "3.14t": "no package of it, and no source package to build it from",
    "3.15t": "no package of it, and no source package to build it from",
}


def minor_of(interpreter):
    return interpreter.hexversion >> 16 & 0xff


def label_of(interpreter):
    return "3.%d%s" % (minor_of(interpreter), "".join(flag for flag in interpreter.abiflags if flag != "m"))


# Cells that cannot be: (cell, of which interpreters, why).
IMPOSSIBLE = [
    ("columns", lambda one: minor_of(one) < 11, "the interpreter keeps no columns before 3.11"),
]


# --- what the tests note -------------------------------------------------------------------------

_notes = []


def proves(*cells):
    """For a method that takes an interpreter."""
    def mark(method):
        method.cells = cells
        return method
    return mark


@contextlib.contextmanager
def noting(cells, interpreter):
    """What becomes of the block is what is known about the cells."""
    note = {"path": interpreter.path, "cells": list(cells), "result": FAILED, "why": ""}
    _notes.append(note)
    try:
        yield
    except unittest.SkipTest as skip:
        note.update(result=ABSENT, why=str(skip))
        raise
    note["result"] = OK


def _file_of_program():
    return os.path.join(FOLDER, os.path.splitext(os.path.basename(sys.argv[0]))[0] + ".json")


def _save():
    if _notes:
        os.makedirs(FOLDER, exist_ok=True)
        with open(_file_of_program(), "w") as file:
            json.dump(_notes, file)


def forget():
    """What an earlier run of this program noted."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_file_of_program())
    atexit.register(_save)


# --- the matrix ----------------------------------------------------------------------------------


def read_notes():
    """{(path, cell): [(result, why)]}; not what a program noted that is no more."""
    found = {}
    for name in sorted(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else ():
        if not os.path.exists(os.path.join(PROGRAMS, os.path.splitext(name)[0] + ".py")):
            continue
        with open(os.path.join(FOLDER, name)) as file:
            for note in json.load(file):
                for cell in note["cells"]:
                    found.setdefault((note["path"], cell), []).append((note["result"], note["why"]))
    return found


def judge(results):
    """One of several: the worst counts. Nothing at all is a hole."""
    for wanted in (FAILED, ABSENT, OK):
        for result, why in results:
            if result == wanted:
                return result, why
    return ABSENT, None


def cell_of(notes, interpreter, cell):
    """(result, why); of a hole that nobody explains why is None."""
    refusal = notes.get((interpreter.path, REFUSAL))
    if refusal:
        result, why = judge(refusal)
        return (ABSENT, "refused by name") if result == OK else (result, why)
    for impossible, concerns, why in IMPOSSIBLE:
        if impossible == cell and concerns(interpreter):
            return ABSENT, why
    return judge(notes.get((interpreter.path, cell), []))


def why_missing(label):
    """As tests/pythons/get found out, if it was asked."""
    with contextlib.suppress(FileNotFoundError), open(os.path.join(interpreters.got(), label + ".missing")) as file:
        return file.read().strip()
    return NOT_TO_BE_HAD.get(label, "not on this machine; tests/pythons/get, or pyenv, brings it")


def missing_row(label):
    return label, [(ABSENT, why_missing(label))] * len(CELLS)


def rows():
    """[(name, [(result, why)])] of the interpreters that are here and of those that should be."""
    notes, made = read_notes(), []
    for one in interpreters.find():
        flags = label_of(one)[len("3.%d" % minor_of(one)):]
        made.append((one.hexversion, flags, one.version + flags, [cell_of(notes, one, cell) for cell in CELLS]))
    here = {label_of(one) for one in interpreters.find()}
    for label in WANTED:
        if label not in here:
            minor, flags = label[2:].rstrip("t"), label[len(label.rstrip("t")):]
            made.append((0x03000000 + (int(minor) << 16), flags, *missing_row(label)))
    return [(name, cells) for _, _, name, cells in sorted(made, key=lambda row: (row[1], row[0]))]


def table(made):
    """The lines of the matrix, and below it the reasons."""
    reasons, lines = [], []

    def mark(result, why):
        if result != ABSENT:
            return result
        if why is None:
            return "?"
        if why not in reasons:
            reasons.append(why)
        return "– " + chr(ord("a") + reasons.index(why))

    cells = [("CPython",) + CELLS] + [(name,) + tuple(mark(*cell) for cell in row) for name, row in made]
    widths = [max(len(line[i]) for line in cells) for i in range(len(CELLS) + 1)]
    for line in cells:
        lines.append("| %s |" % " | ".join(text.ljust(width) for text, width in zip(line, widths)))
    lines.insert(1, "|%s|" % "|".join("-" * (width + 2) for width in widths))
    return lines, ["%s: %s" % (chr(ord("a") + i), why) for i, why in enumerate(reasons)]


class Matrix(unittest.TestCase):
    """A test for each row."""

    def check(self, name, cells):
        for cell, (result, why) in zip(CELLS, cells):
            self.assertNotEqual(result, FAILED, "%s of %s" % (cell, name))
            self.assertFalse(result == ABSENT and why is None, "no test has shown %s of %s" % (cell, name))
        missing = [why_missing(label) for label in WANTED if label == name]
        if missing and os.environ.get("QA_EVERY_VERSION") == "1" and name not in NOT_TO_BE_HAD:
            self.fail("%s: %s" % (name, missing[0]))
        if missing:
            self.skipTest("%s: %s" % (name, missing[0]))


def write(path, made):
    lines, reasons = table(made)
    with open(path, "w", encoding="utf-8") as file:
        file.write("# What was tested on which CPython\n\n"
                   "Written by `make docs-matrix` from the results of the live tests (`tests/live/matrix.py`): do not edit.\n\n"
                   "%s\n\n%s\n" % ("\n".join(lines), "\n".join("- " + reason for reason in reasons)))


def main():
    made = rows()
    if len(sys.argv) > 2 and sys.argv[1] == "--write":
        write(sys.argv[2], made)
        return
    lines, reasons = table(made)
    print("\n".join(lines + ["| " + reason for reason in reasons]), flush=True)
    for name, cells in made:
        test = "test_" + name.replace(".", "_")
        while hasattr(Matrix, test):
            test += "_again"
        setattr(Matrix, test, lambda self, name=name, cells=cells: self.check(name, cells))
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
