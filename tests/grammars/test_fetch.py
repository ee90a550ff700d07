"""
tools/grammars/fetch: what it takes, what it refuses, and that it says so and goes on without. The clients are made up, but
for the last test, which downloads: only with QA_FULL=1.
"""
import hashlib
import io
import os
import pathlib
import subprocess
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FETCH = str(ROOT / "tools" / "grammars" / "fetch")

NPM = """#!/bin/sh
echo "$@" >> "$LOG"
[ -e "$ARCHIVE" ] || { echo 'no network' >&2; exit 1; }
cp "$ARCHIVE" .
"""


def archive(path, files):
    with tarfile.open(str(path), "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("package/src/link.c")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Fetch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.archive, self.log, self.out = self.folder / "a.tgz", self.folder / "log", self.folder / "out"
        (self.folder / "npm").write_text(NPM)
        (self.folder / "npm").chmod(0o755)
        self.sha = archive(self.archive, {"package/src/a.c": b"a", "package/src/in/b.h": b"b", "package/LICENSE": b"l",
                                          "package/src/run.sh": b"no", "package/other/c.c": b"no",
                                          "package/../../d.c": b"no", "package/src/../../e.c": b"no"})
        self.lock = self.folder / "lock"
        self.write_lock("sha256:" + self.sha)

    def write_lock(self, sha):
        self.lock.write_text("# a comment\n\nplace npm name 1.0 %s src\n" % sha)

    def fetch(self, path=None):
        variables = dict(os.environ, PATH=path or "%s:/usr/bin:/bin" % self.folder, ARCHIVE=str(self.archive), LOG=str(self.log))
        done = subprocess.run(["/usr/bin/python3", FETCH, str(self.lock), str(self.out)], env=variables, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        return done.stderr

    def got(self):
        return sorted(str(path.relative_to(self.out)) for path in self.out.rglob("*") if path.is_file() and path.name != "busy")

    def times(self):
        return len(self.log.read_text().splitlines())

    def test_sources_and_licences_are_taken_and_nothing_else(self):
        self.assertEqual(self.fetch(), "")
        self.assertEqual(self.got(), ["fetched", "place/LICENSE", "place/a.c", "place/in/b.h"])
        self.assertTrue((self.out / "fetched").read_text().startswith("npm "))
        self.assertIn("--ignore-scripts", self.log.read_text())
        self.assertIn("name@1.0", self.log.read_text())

    def test_what_is_there_is_not_fetched_again(self):
        self.fetch()
        os.utime(str(self.out / "fetched"), (0, 0))
        self.archive.unlink()
        self.assertEqual(self.fetch(), "")
        self.assertEqual(self.times(), 1)
        self.assertGreater((self.out / "fetched").stat().st_mtime, 0)

    def test_another_lock_is_fetched(self):
        self.fetch()
        self.lock.write_text(self.lock.read_text() + "# changed\n")
        self.fetch()
        self.assertEqual(self.times(), 2)

    def test_another_hash_is_refused(self):
        self.write_lock("sha256:" + "0" * 64)
        self.assertIn("does not have the hash of the lock", self.fetch())
        self.assertEqual(self.got(), ["fetched"])

    def test_without_a_network_the_build_goes_on_and_the_next_one_tries_again(self):
        self.archive.rename(self.folder / "away")
        said = self.fetch()
        self.assertIn("no network", said)
        self.assertIn("Going on without", said)
        self.assertEqual((self.out / "fetched").read_text(), "")
        self.assertLess((self.out / "fetched").stat().st_mtime, self.lock.stat().st_mtime)
        (self.folder / "away").rename(self.archive)
        self.fetch()
        self.assertIn("place/a.c", self.got())

    def test_without_a_client_the_build_goes_on(self):
        self.assertIn("Going on without", self.fetch("/none"))

    @unittest.skipUnless(os.environ.get("QA_FULL") == "1", "it downloads; QA_FULL=1 runs it")
    def test_all_clients_give_the_same_files(self):
        for lock in ("tools/grammars/lock", "tests/grammars/lock"):
            files = {}
            for client in ("pip", "npm"):
                out = self.folder / (client + lock.split("/")[0])
                subprocess.run(["/usr/bin/python3", FETCH, str(ROOT / lock), str(out), client], check=True)
                self.assertTrue((out / "fetched").read_text().startswith(client), "%s cannot get %s" % (client, lock))
                files[client] = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.[ch]")}
            self.assertGreater(len(files["pip"]), 4)
            self.assertEqual(files["pip"], files["npm"])


if __name__ == "__main__":
    unittest.main()
