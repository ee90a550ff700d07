"""qa-report --static-only, and the files that the tests give it."""
import json
import os
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REPORT = os.path.join(os.environ.get("QA_BUILD", str(ROOT / "build")), "qa-report")
SEED = os.environ.get("QA_SEED", "1")
ALL = os.environ.get("QA_FULL") == "1"

sys.path.insert(0, str(ROOT / "tests" / "live"))
import interpreters  # noqa: E402


def run(*words, **options):
    return subprocess.run([REPORT, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, errors="surrogateescape", timeout=options.get("timeout", 600))


def facts(*paths):
    """What the program says of each file, in their order; some of them may be beyond analysis."""
    done = run("--static-only", "--format", "json", *paths)
    if done.returncode not in (0, 1) or done.stderr:
        raise AssertionError("%s: exit status %d" % (done.stderr, done.returncode))
    return json.loads(done.stdout)["files"]


def library_of(interpreter):
    """The interpreter's standard library, as it is installed."""
    done = subprocess.run([interpreter.path, "-I", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"],
                          stdout=subprocess.PIPE, universal_newlines=True, check=True)
    root = pathlib.Path(done.stdout.strip())
    return sorted(path for path in root.rglob("*.py")
                  if not {"site-packages", "dist-packages", "node_modules"} & set(path.parts))


def some(files, count):
    """So many of them, chosen by QA_SEED; all with QA_FULL=1."""
    return files if ALL or len(files) <= count else sorted(random.Random(SEED).sample(files, count))
