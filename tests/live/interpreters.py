"""
Find the CPython 3.6+ interpreters of this machine: $PATH, the versions below $PYENV_ROOT or ~/.pyenv, and what
tests/pythons/get has got.
"""
import collections
import functools
import glob
import json
import os
import re
import subprocess

Interpreter = collections.namedtuple("Interpreter", "path version hexversion include abiflags")

_NAME = re.compile(r"python3(\.\d+)?t?d?$")
_ASK = """
import json, os, platform, sys, sysconfig
print(json.dumps([platform.python_implementation(), os.path.realpath(sys.executable), platform.python_version(),
                  sys.hexversion, sysconfig.get_path("include"), sys.abiflags, sys.prefix == sys.base_prefix]))
"""


def got():
    """Where tests/pythons/get puts them."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("QA_PYTHONS") or os.path.join(caches, "qa-pythons")


def _candidates():
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    folders = os.environ.get("PATH", "").split(os.pathsep) + ["/usr/bin", "/usr/local/bin"]
    folders += sorted(glob.glob(os.path.join(pyenv, "versions", "*", "bin")))
    folders += sorted(glob.glob(os.path.join(got(), "3.*", "usr", "bin")))
    for folder in folders:
        if folder == os.path.join(pyenv, "shims"):  # scripts that choose one of the others
            continue
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if _NAME.match(name):
                yield os.path.join(folder, name)


def _ask(path):
    done = subprocess.run([path, "-I", "-c", _ASK], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return json.loads(done.stdout.decode()) if done.returncode == 0 else None


def is_debug_build(interpreter):
    return "d" in interpreter.abiflags


def is_free_threaded(interpreter):
    return "t" in interpreter.abiflags


def name_of(interpreter):
    """Its version as one says it: 3.13.5t is a free-threaded build, 3.13.5d one for debugging."""
    return interpreter.version + "".join(flag for flag in interpreter.abiflags if flag != "m")


@functools.lru_cache(maxsize=None)
def find():
    """All of them, the oldest first, each once however many names it has; virtual environments are left out."""
    found = {}
    for path in sorted({os.path.realpath(candidate) for candidate in _candidates()}):
        answer = _ask(path)
        if answer and answer[0] == "CPython" and answer[3] >= 0x03060000 and answer[6]:
            found[answer[1]] = Interpreter(*answer[1:6])
    return sorted(found.values(), key=lambda one: (one.hexversion, one.path))


if __name__ == "__main__":
    for one in find():
        print(name_of(one), one.path)
