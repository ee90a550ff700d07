#!/usr/bin/env python3
"""The matrix of the live tests hides nothing: no failure, no hole that nobody explains, no version that is missing."""
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))

import interpreters  # noqa: E402
import matrix  # noqa: E402


def interpreter(version, flags=""):
    minor = int(version.split(".")[1])
    return interpreters.Interpreter("/" + version + flags, version, 0x03000000 + (minor << 16), "", flags)


NEW, OLD, DEBUG = interpreter("3.12.1"), interpreter("3.9.2"), interpreter("3.13.5", "d")


class Rows(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.join(folder.name, "notes")
        self.got = folder.name
        os.mkdir(self.folder)
        for name in ("a.py", "b.py"):
            open(os.path.join(self.got, name), "w").close()
        for change in (mock.patch.object(matrix, "FOLDER", self.folder),
                       mock.patch.object(matrix, "PROGRAMS", self.got),
                       mock.patch.object(interpreters, "got", lambda: self.got),
                       mock.patch.object(interpreters, "find", lambda: [OLD, NEW, DEBUG])):
            change.start()
            self.addCleanup(change.stop)

    def note(self, name, *notes):
        with open(os.path.join(self.folder, name + ".json"), "w") as file:
            json.dump([{"path": one.path, "cells": list(cells), "result": result, "why": why}
                       for one, cells, result, why in notes], file)

    def row(self, name):
        return dict(zip(matrix.CELLS, dict(matrix.rows())[name]))

    def check(self, name):
        matrix.Matrix("check").check(name, dict(matrix.rows())[name])

    def test_all_is_well(self):
        self.note("a", (NEW, matrix.CELLS, matrix.OK, ""))
        self.assertEqual(set(self.row("3.12.1").values()), {(matrix.OK, "")})
        self.check("3.12.1")

    def test_a_hole_is_a_failure(self):
        self.note("a", (NEW, matrix.CELLS[1:], matrix.OK, ""))
        self.assertEqual(self.row("3.12.1")["launch"], (matrix.ABSENT, None))
        self.assertIn("?", "".join(matrix.table(matrix.rows())[0]))
        with self.assertRaisesRegex(AssertionError, "no test has shown launch of 3.12.1"):
            self.check("3.12.1")

    def test_the_worst_of_several_counts(self):
        self.note("a", (NEW, matrix.CELLS, matrix.OK, ""), (NEW, ["idle"], matrix.ABSENT, "not recorded"))
        self.assertEqual(self.row("3.12.1")["idle"], (matrix.ABSENT, "not recorded"))
        self.check("3.12.1")
        self.note("b", (NEW, ["idle"], matrix.FAILED, ""))
        self.assertEqual(self.row("3.12.1")["idle"][0], matrix.FAILED)
        with self.assertRaisesRegex(AssertionError, "idle of 3.12.1"):
            self.check("3.12.1")

    def test_a_program_that_is_no_more_says_nothing(self):
        self.note("gone", (NEW, matrix.CELLS, matrix.FAILED, ""))
        self.note("a", (NEW, matrix.CELLS, matrix.OK, ""))
        self.check("3.12.1")

    def test_what_cannot_be_is_explained(self):
        self.note("a", (OLD, [cell for cell in matrix.CELLS if cell != "columns"], matrix.OK, ""))
        self.assertIn("3.11", self.row("3.9.2")["columns"][1])
        self.check("3.9.2")

    def test_refused_by_name(self):
        self.note("a", (DEBUG, [matrix.REFUSAL], matrix.OK, ""))
        self.check("3.13.5d")
        self.note("a", (DEBUG, [matrix.REFUSAL], matrix.FAILED, ""))
        with self.assertRaises(AssertionError):
            self.check("3.13.5d")

    def test_a_version_that_is_missing(self):
        with self.assertRaises(unittest.SkipTest):
            self.check("3.10")
        with mock.patch.dict(os.environ, QA_EVERY_VERSION="1"):
            with self.assertRaisesRegex(AssertionError, "3.10: not on this machine"):
                self.check("3.10")
            for label in matrix.NOT_TO_BE_HAD:
                with self.assertRaises(unittest.SkipTest):
                    self.check(label)

    def test_why_a_version_is_missing(self):
        with open(os.path.join(self.got, "3.15t.missing"), "w") as file:
            file.write("the mirror burnt down\n")
        self.assertEqual(self.row("3.15t")["launch"], (matrix.ABSENT, "the mirror burnt down"))

    def test_each_wanted_version_has_a_row(self):
        names = [name for name, _ in matrix.rows()]
        for label in matrix.WANTED:
            self.assertTrue(any(name == label or name.startswith(label + ".") for name in names), label)

    def test_noting(self):
        del matrix._notes[:]
        with matrix.noting(("idle",), NEW):
            pass
        with self.assertRaises(unittest.SkipTest), matrix.noting(("idle",), NEW):
            raise unittest.SkipTest("why")
        with self.assertRaises(KeyError), matrix.noting(("idle",), NEW):
            raise KeyError
        self.assertEqual([(note["result"], note["why"]) for note in matrix._notes],
                         [(matrix.OK, ""), (matrix.ABSENT, "why"), (matrix.FAILED, "")])


if __name__ == "__main__":
    unittest.main()
