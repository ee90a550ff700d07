#!/usr/bin/env python3
"""The hygiene check finds what is planted, and nothing else."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent / "hygiene"
# Put together here, so that this file passes its own check.
PLANTED = ["TO" + "DO: later", 'open("/ho' + 'me/somebody/x")', "cd /ro" + "ot/x", "see htt" + "ps://unknown.test/x",
           "from reg" + "istry.somewhere.test", "trailing ", "<<<<" + "<<< HEAD"]
FINE = ["a todolist", "~/x and $HOME/x and build/root/x", "htt" + "ps://www.speedscope.app/", "formats/registry.c",
        "/usr/bin/python3"]


def check(text):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "file.c").write_text(text)
        pathlib.Path(folder, "build").mkdir()
        pathlib.Path(folder, "build", "left.c").write_text(PLANTED[0])
        done = subprocess.run([sys.executable, str(SCRIPT), folder], stdout=subprocess.PIPE, universal_newlines=True)
    lines = done.stdout.splitlines()
    assert done.returncode == (1 if lines else 0), done.returncode
    return lines


class Hygiene(unittest.TestCase):
    def test_planted(self):
        for text in PLANTED:
            with self.subTest(text=text):
                found = check("fine\n" + text + "\n")
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith("file.c:2: "), found)

    def test_fine(self):
        self.assertEqual(check("\n".join(FINE) + "\n"), [])


if __name__ == "__main__":
    unittest.main()
