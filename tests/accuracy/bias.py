"""
Whether shares are what they are known to be. A known share is a matter of the program's making: calls.py and split.py say
what theirs are.
"""
import collections
import functools
import json
import re

import record
import shares

BLOCK_NS = 200 * 1000 * 1000
CLAIM = 100000  # samples below which absence of bias is not claimed
LEVEL = 0.01    # of all comparisons together

Comparison = collections.namedtuple("Comparison", "scope rate what samples found known error p")

KINDS = ["leaf", "inner", "middle", "caller"]
_CALLS = {"%s_%s" % (kind, branch): (branch, kind) for kind in KINDS for branch in "ab"}
_CALLS.update(loop=("", "loop"), steady=("", "steady"))


# --- what a sample is ----------------------------------------------------------------------------


def label_calls(stack):
    """(branch, kind) of the innermost frame, in calls.py; loop and steady are of no branch."""
    return _CALLS.get(stack[-1].name)


@functools.lru_cache(maxsize=None)
def _even_lines():
    with open(record.program("split.py"), encoding="utf-8") as file:
        return [number for number, line in enumerate(file, 1) if line.rstrip().endswith("# even")]


def label_split(stack):
    """(work_N, function, line), in split.py; waiting and the program's start have none."""
    names = [frame.name.rsplit(".", 1)[-1] for frame in stack]
    work = next((name for name in names if re.match(r"work_\d$", name)), None)
    return work and (work, names[-1], stack[-1].line)


def calls_blocks(recording):
    """Of the one thread that there is."""
    blocks = []
    for _, runs in recording.threads:
        blocks += shares.blocks_of(runs, label_calls, BLOCK_NS)
    return blocks


def split_blocks(recording):
    """Blocks of all threads together: they began within milliseconds of each other."""
    series = [shares.blocks_of(runs, label_split, BLOCK_NS) for _, runs in recording.threads]
    series = [one for one in series if any(one)]
    return [sum(together, collections.Counter()) for together in zip(*series)]


def spent_of(recording):
    """The seconds that the program measured of its parts; it says so in its last line."""
    return json.loads(recording.said.splitlines()[-1])


def count_labelled(recording, label):
    """Samples; the blocks have nanoseconds."""
    return sum(count for stack, count in recording.collapsed.items() if label(stack))


# --- comparisons ---------------------------------------------------------------------------------


def _compare(scope, rate, what, samples, rows, known, statistic=shares.share):
    found, error = shares.evaluate(statistic, rows), shares.bootstrap_error(statistic, rows)
    return Comparison(scope, rate, what, samples, found, known, error, shares.p_value(found - known, error, len(rows) - 1))


def compare_calls(scope, rate, blocks, samples, spent, kinds):
    """
    What changes all the time has its share beside what holds still; branch a has three fifths; within the branches, each
    kind of function has the same share. spent: the seconds that the program measured.
    """
    rows = shares.rows_of(blocks, lambda key: key[1] != "steady", lambda key: True)
    comparisons = [_compare(scope, rate, "loop, beside steady", samples, rows, spent["loop"] / sum(spent.values()))]
    rows = shares.rows_of(blocks, lambda key: key[0] == "a", lambda key: key[0])
    comparisons.append(_compare(scope, rate, "branch a of both", samples, rows, 0.6))
    for kind in kinds:
        rows = shares.rows_of(blocks, lambda key: key == ("a", kind), lambda key: key[0] == "a",
                              lambda key: key == ("b", kind), lambda key: key[0] == "b")
        comparisons.append(_compare(scope, rate, "%s, of a less of b" % kind, samples, rows, 0.0, shares.share_difference))
    return comparisons


def compare_split(scope, rate, blocks, samples, spent):
    """spent: the seconds that the program measured of its threads."""
    functions, lines = {"large": 0.5, "medium": 0.3, "small": 0.2}, _even_lines()
    comparisons = []
    for name, seconds in sorted(spent.items()):
        rows = shares.rows_of(blocks, lambda key: key[0] == name, lambda key: True)
        comparisons.append(_compare(scope, rate, "thread of " + name, samples, rows, seconds / sum(spent.values())))
    for name, known in functions.items():
        rows = shares.rows_of(blocks, lambda key: key[1] == name, lambda key: key[1] in functions)
        comparisons.append(_compare(scope, rate, "function " + name, samples, rows, known))
    for number, line in enumerate(lines, 1):
        rows = shares.rows_of(blocks, lambda key: key[1:] == ("lines", line),
                              lambda key: key[1] == "lines" and key[2] in lines)
        comparisons.append(_compare(scope, rate, "line %d of %d" % (number, len(lines)), samples, rows,
                                    1 / len(lines)))
    return comparisons


def compare_samplers(scope, rate, ours, theirs):
    """
    The shares of leaf, inner, middle, caller and loop that two samplers saw of one process by turns; a row of weights is
    a turn, and a weight a number of samples.
    """
    comparisons = []
    for kind in KINDS + ["loop"]:
        pair = [shares.rows_of(blocks, lambda key: key[1] == kind, lambda key: key[1] != "steady")
                for blocks in (ours, theirs)]
        found, known = (shares.evaluate(shares.share, rows) for rows in pair)
        error = sum(shares.bootstrap_error(shares.share, rows) ** 2 for rows in pair) ** 0.5
        samples = min(sum(row[1] for row in rows) for rows in pair)
        comparisons.append(Comparison(scope, rate, kind, samples, found, known, error,
                                      shares.p_value(found - known, error, min(map(len, pair)) - 1)))
    return comparisons


def judge(comparisons):
    """Those that show a bias."""
    rejected = shares.holm([one.p for one in comparisons], LEVEL)
    return [one for one, is_rejected in zip(comparisons, rejected) if is_rejected]
