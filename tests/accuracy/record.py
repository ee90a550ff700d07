"""Runs qa-record on a program and reads what qa-report makes of it."""
import collections
import functools
import os
import subprocess
import tempfile

import stacks

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(SOURCE, os.environ.get("QA_BUILD") or "build")
RECORD, REPORT = os.path.join(BUILD, "qa-record"), os.path.join(BUILD, "qa-report")
PATIENCE = 60  # seconds beyond what a program should take

# collapsed: {stack: samples}; threads: [(name, [(stack, ns)])] in the order of time; said: what the program printed
Recording = collections.namedtuple("Recording", "collapsed threads loss said")


def program(name):
    """A path below programs/, or one from the root of the tree."""
    return os.path.join(SOURCE, name) if "/" in name else os.path.join(HERE, "programs", name)


def run(words, seconds=0.0, **options):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=seconds + PATIENCE, **options)


def _checked(words, seconds=0.0):
    done = run(words, seconds)
    if done.returncode:
        raise RuntimeError("%s: exit status %d\n%s" % (" ".join(map(str, words)), done.returncode,
                                                       done.stderr.decode("utf-8", "replace")))
    return done


@functools.lru_cache(maxsize=None)
def has_option(name):
    return name in _checked([RECORD, "--help"]).stdout.decode()


def _read(trace, folder, said):
    files = {name: os.path.join(folder, name) for name in ("collapsed", "speedscope", "text")}
    words = [REPORT, "--lines"]
    for name, path in files.items():
        words += ["--format", name, "--output", path]
    _checked(words + [trace])
    texts = {}
    for name, path in files.items():
        with open(path, encoding="utf-8") as file:
            texts[name] = file.read()
    return Recording(stacks.parse_collapsed(texts["collapsed"]), stacks.parse_speedscope(texts["speedscope"]),
                     stacks.parse_loss(texts["text"]), said)


def _record(words, seconds):
    with tempfile.TemporaryDirectory(prefix="qa-accuracy-") as folder:
        trace = os.path.join(folder, "t.qat")
        done = _checked([RECORD, "--quiet", "--output", trace, *words], seconds)
        return _read(trace, folder, done.stdout.decode())


def launch(words, seconds, rate, *options):
    """Records a program from its start to its end; rate in Hz."""
    return _record(["--rate", rate, *options, "--", *words], seconds)


def attach(pid, seconds, rate, *options):
    return _record(["--rate", rate, "--duration", seconds, *options, "--pid", pid], seconds)
