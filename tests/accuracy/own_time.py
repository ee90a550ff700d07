"""
What sampling costs the program itself, beside what a bare loop costs it that wakes as often on the same CPU: own_time/.
"""
import collections
import json
import os

import record

TOOL = os.path.join(record.BUILD, "tests", "accuracy", "own-time")
PROGRAM = os.path.join(record.HERE, "own_time", "program.py")
MOST = 1.3           # times as much as the bare loop
NOT_EXACT = 1        # the tool's exit status: not as exact as asked
SHAPES = ["shallow", "deep", "waiting"]
# A share of the program's time, in percent +- half of its 95 % interval.
Row = collections.namedtuple("Row", "shape version rate pairs exact lost lost_half bare bare_half ratio low high")


def _row(shape, version, found):
    lost = found["lost"]
    return Row(shape, version, round(found["rate"]), found["pairs"], found["exact"], lost["recorded"], lost["recorded_half_width"],
               lost["bare"], lost["bare_half_width"], lost["ratio"], lost["ratio_low"], lost["ratio_high"])


def measure(python, version, shape, seconds):
    done = record.run([TOOL, "--json", "--python", python, "--program", PROGRAM, "--seconds", max(seconds, 1), shape], seconds)
    if done.returncode not in (0, NOT_EXACT):
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    return [_row(shape, version, found) for found in json.loads(done.stdout)["rates"]]


def verdict(row):
    """None: it cannot be told, so far apart are the ends of the interval."""
    if row.high is not None and row.high <= MOST:
        return True
    if row.low is not None and row.low > MOST:
        return False
    return None
