"""
Other sampling profilers: py-spy and Austin, in a virtual environment of their own, and the one in CPython 3.15. Who
cannot be had is left out, and said to be.
"""
import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import bias
import exact
import record
import rules
import stacks

# read: from the text of the peer's file and what it printed to ({stack: samples}, failed samples)
Peer = collections.namedtuple("Peer", "name version command read")
Row = collections.namedtuple("Row", "peer case rate samples failed impossible reasons")

_CACHES = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
FOLDER = os.path.join(_CACHES, "qa-accuracy", "peers")
PYTHONS = os.environ.get("QA_PYTHONS") or os.path.join(_CACHES, "qa-pythons")


# --- getting them --------------------------------------------------------------------------------


def get():
    """Installs them, unless they are there; returns the reasons why one is missing."""
    reasons = []
    if not _make_environment():
        return ["no virtual environment with pip can be made: py-spy and Austin are missing"]
    for package, program in (("py-spy", "py-spy"), ("austin-dist", "austin"), ("austin-python", "mojo2austin")):
        if os.path.exists(_tool(program)):
            continue
        done = subprocess.run([_tool("python"), "-m", "pip", "install", "--quiet", package], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode:
            reasons.append("%s cannot be had: %s" % (package, done.stdout.decode().strip().splitlines()[-1][:200]))
    return reasons


def _make_environment():
    """By the first Python that can: some distributions' own has no pip to put into one."""
    for python in [None, sys.executable, *filter(None, map(shutil.which, ("python3", "python3.11", "python3.13")))]:
        if python:
            subprocess.run([python, "-m", "venv", "--clear", FOLDER], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if _works([_tool("python"), "-m", "pip", "--version"]):
            return True
    return False


def _tool(name):
    return os.path.join(FOLDER, "bin", name)


def _with_newer_libc(program):
    """The command of a program, with the C library that an unpacked interpreter brought along if ours is too old."""
    loaders = glob.glob(os.path.join(PYTHONS, "3.*", "**", "ld-linux-x86-64.so.2"), recursive=True)
    tries = [[program]]
    for loader in sorted(loaders, reverse=True):
        home = os.path.join(PYTHONS, os.path.relpath(loader, PYTHONS).split(os.sep)[0])
        folders = [os.path.join(home, part, "lib/x86_64-linux-gnu").rstrip("/") for part in ("usr", "")]
        tries.append([loader, "--library-path", ":".join(folders), program])
    return next((words for words in tries if _works(words + ["--version"])), None)


def _works(words):
    try:
        return record.run(words).returncode == 0
    except OSError:
        return False


def _version(words):
    done = record.run(words)
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout.decode() + done.stderr.decode())
    return found.group() if found else "?"


# --- their formats -------------------------------------------------------------------------------


def _collapsed(text, frame_of, skipped=0):
    """Stacks with their counts; `skipped`: how many parts before the frames."""
    counted = collections.Counter()
    for line in text.splitlines():
        path, _, count = line.rpartition(" ")
        if path and not path.startswith("#"):
            counted[tuple(map(frame_of, path.split(";")[skipped:]))] += int(count)
    return counted


def _colon_frame(text):
    """Of "file:function:line"."""
    parts = text.rsplit(":", 2)
    if len(parts) < 3 or not re.match(r"-?\d+$", parts[2]):
        return stacks.Frame(text, "", 0)
    return stacks.Frame(parts[1], parts[0], int(parts[2]))


def _read_py_spy(path, said):
    failed = re.search(r"Errors: (\d+)", said)
    with open(path, encoding="utf-8") as file:
        return _collapsed(file.read(), stacks.parse_frame), int(failed.group(1)) if failed else 0


def _read_austin(path, said):
    """Each line of its text is one sample, followed by its time."""
    record.run([_tool("mojo2austin"), path, path + ".txt"])
    failed = re.search(r"(\d+)/\d+", said[said.rfind("Error rate"):])
    with open(path + ".txt", encoding="utf-8") as file:
        lines = [line.rpartition(" ")[0] for line in file if not line.startswith("#") and line.strip()]
    invalid = [line for line in lines if ":INVALID:" in line]
    good = "".join(line + " 1\n" for line in lines if ":INVALID:" not in line)
    return _collapsed(good, _colon_frame, 2), max(int(failed.group(1)) if failed else 0, len(invalid))


def _read_tachyon(path, said):
    taken, failed = re.search(r"Captured (\d+) samples", said), re.search(r"Error rate: ([\d.]+)", said)
    with open(path, encoding="utf-8") as file:
        text = re.sub(r";[^;]*:<(?:GC|native)>:-?\d+", "", file.read())  # not functions
    counted = _collapsed(text, _colon_frame, 1)
    share = float(failed.group(1)) / 100 if failed else 0.0
    return counted, round(share * int(taken.group(1))) if taken else 0


# --- finding them --------------------------------------------------------------------------------


def find(python_315):
    """(the peers that are there, the reasons why others are not)"""
    found, missing = [], get()
    if os.path.exists(_tool("py-spy")):
        version = _version([_tool("py-spy"), "--version"])
        words = [_tool("py-spy"), "record", "--format", "raw", "--rate", "{rate}", "--duration", "{seconds}",
                 "--output", "{file}", "--pid", "{pid}"]
        found.append(Peer("py-spy", version, words, _read_py_spy))
        found.append(Peer("py-spy --nonblocking", version, words + ["--nonblocking"], _read_py_spy))
    austin = _with_newer_libc(_tool("austin")) if os.path.exists(_tool("austin")) else None
    if austin:
        words = austin + ["-i", "{microseconds}us", "-x", "{seconds}", "-o", "{file}", "-p", "{pid}"]
        found.append(Peer("Austin", _version(austin + ["--version"]), words, _read_austin))
    else:
        missing.append("Austin does not run here: it needs a newer C library")
    if python_315:
        words = [python_315.path, "-m", "profiling.sampling", "attach", "-r", "{rate}", "-d", "{seconds}", "--collapsed",
                 "-o", "{file}"]
        for name, more in (("profiling.sampling", []), ("profiling.sampling --blocking", ["--blocking"])):
            found.append(Peer(name, python_315.version, words + more + ["{pid}"], _read_tachyon))
    else:
        missing.append("profiling.sampling: no CPython 3.15 is here")
    return found, missing


def sample(peer, pid, rate, seconds):
    """({stack: samples}, failed) of what a peer sees of a process."""
    with tempfile.TemporaryDirectory(prefix="qa-accuracy-") as folder:
        path = os.path.join(folder, "out")
        given = {"rate": rate, "seconds": seconds, "file": path, "pid": pid, "microseconds": 1000000 // rate}
        done = record.run([word.format(**given) for word in peer.command], seconds,
                          env=dict(os.environ, AUSTIN_NO_LOGGING="1"))
        said = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
        if not os.path.exists(path):
            raise RuntimeError("%s wrote nothing: %s" % (peer.name, said.strip()[-300:]))
        return peer.read(path, said)


# --- measuring them ------------------------------------------------------------------------------


class Target:
    """A program that says when it is ready, and runs while it is looked at."""

    def __init__(self, python, case, seconds):
        self.words = list(map(str, exact.words_of(python, case, seconds)))

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            self.__exit__()
            raise RuntimeError("%s did not become ready" % " ".join(self.words))
        return self.process.pid

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def measure(peer, python, case, rate, seconds):
    with Target(python, case, seconds + record.PATIENCE) as pid:
        collapsed, failed = sample(peer, pid, rate, seconds)
    kinds, reasons, _ = exact.judge_stacks(rules.Rules(record.program(case.program)), collapsed)
    return Row("%s %s" % (peer.name, peer.version), case.name, rate, sum(collapsed.values()), failed, kinds[rules.IMPOSSIBLE], reasons)


def _weights(collapsed):
    block = collections.Counter()
    for stack, count in collapsed.items():
        label = bias.label_calls(stack)
        if label:
            block[label] += count
    return block


def take_turns(peer, python, case, rate, seconds, turns, say):
    """The blocks that we and the peer saw of one process, by turns of so many seconds."""
    ours, theirs = [], []
    with Target(python, case, 2 * turns * (seconds + 5) + record.PATIENCE) as pid:
        for turn in range(turns):
            ours.append(_weights(record.attach(pid, seconds, rate).collapsed))
            theirs.append(_weights(sample(peer, pid, rate, seconds)[0]))
            say("turn %d of %d" % (turn + 1, turns))
    return ours, theirs
