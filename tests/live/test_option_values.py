"""Which rates, durations and sources are taken: --help after them says whether they were."""
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECORD = os.path.join(os.environ.get("QA_BUILD", os.path.join(ROOT, "build")), "qa-record")


def give(*words):
    return subprocess.run([RECORD, *words, "--help"], check=False, timeout=60, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class OptionValues(unittest.TestCase):
    def accept(self, option, *values):
        for value in values:
            with self.subTest(value=value):
                done = give(option, value)
                self.assertEqual((done.returncode, done.stderr), (0, b""))

    def refuse(self, option, message, *values):
        for value in values:
            with self.subTest(value=value):
                done = give(option, value)
                self.assertNotEqual(done.returncode, 0)
                self.assertEqual(done.stdout, b"")
                lines = done.stderr.decode().splitlines()
                self.assertEqual(lines[0], "qa-record: " + message % value)
                self.assertTrue(lines[1].startswith("  hint: "))

    def test_rates(self):
        self.accept("--rate", "1", "100", "1000000", "100Hz", "10k", "1.5kHz", "1000khz")
        self.refuse("--rate", "--rate must be between 1 and 1000000 Hz, not '%s'.", "", "0", "0.9", "-1", "abc", "1e3", "0x10",
                    "1000001", "1001k", "10 Hz", "10kk", "1.2.3", ".", "inf", "nan", "9" * 40)

    def test_durations(self):
        self.accept("--duration", "3", "0.5", ".5", "250ms", "10s", "2m", "1h", "1us", "1000000", "86400000")
        self.refuse("--duration", "--duration must be a time of more than 0 and at most 1000 days, not '%s'.", "", "0", "0.0",
                    "-1", "abc", "3 s", "3d", "3x", "1e3", "s", "86400001", "9" * 40, "1.2.3s")

    def test_sources(self):
        for words in (["--embed-sources"], ["--embed-sources=cwd"], ["--embed-sources=all"], ["--embed-sources=none"],
                      ["--no-sources"], ["--embed-sources", "--no-sources"]):
            self.assertEqual(give(*words).returncode, 0)
        for value in ("", "ALL", "alle", "cwd "):
            done = give("--embed-sources=" + value)
            self.assertEqual(done.returncode, 125)
            self.assertEqual(done.stderr.decode().splitlines()[0],
                             "qa-record: --embed-sources is cwd, all or none, not '%s'." % value)
        self.assertEqual(give("--no-sources=no").returncode, 125)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
