"""Impossible stacks and what was kept: one case is a program with a leaf's length, on one interpreter, at one rate."""
import collections

import record
import rules
import stacks

Case = collections.namedtuple("Case", "name program arguments")

# Leaf calls of about 70 ns, 0.4, 2.6 and 26 us.
LEAVES = {0: "70 ns", 10: "0.4 us", 100: "2.6 us", 1000: "26 us"}
FLUTTER = [Case("calls, %s" % label, "calls.py", [str(n)]) for n, label in LEAVES.items()] + [
    Case("generators", "generators.py", ["0"]),
    Case("made code", "made_code.py", ["10"]),
    Case("4 threads", "threads.py", ["10"]),
    Case("4 threads, I/O", "threads.py", ["10", "io"]),
]
SPLIT = Case("split", "split.py", [])
ORDINARY = [
    Case("json and regex", "ordinary_text.py", []),
    Case("server", "examples/server_simulation.py", []),
    Case("asyncio", "ordinary_asyncio.py", []),
]

Row = collections.namedtuple("Row", "version case rate samples ticks impossible outside unreadable kept reasons loss")


def words_of(case, seconds):
    path = record.program(case.program)
    return [path, *(["--runtime", str(seconds)] if case.program.startswith("examples/") else [str(seconds)]),
            *case.arguments]


def judge_stacks(program_rules, collapsed):
    """({kind: samples}, {reason: samples})"""
    kinds, reasons = collections.Counter(), collections.Counter()
    for stack, count in collapsed.items():
        verdict = program_rules.judge(stack)
        kinds[verdict.kind] += count
        if verdict.kind == rules.IMPOSSIBLE:
            reasons[verdict.reason] += count
    return kinds, reasons


def judge_recording(case, version, rate, recording, ordered=True):
    kinds, reasons = collections.Counter(), collections.Counter()
    if case not in ORDINARY:
        program_rules = rules.Rules(record.program(case.program))
        kinds, reasons = judge_stacks(program_rules, recording.collapsed)
        for _, runs in recording.threads if ordered else ():
            reasons.update(verdict.reason for verdict in program_rules.judge_order(runs))
    loss = recording.loss
    unreadable = kinds[rules.UNREADABLE]
    return Row(version, case.name, rate, loss.samples, loss.ticks, sum(reasons.values()), kinds[rules.OUTSIDE], unreadable,
               stacks.kept(loss._replace(dropped=loss.dropped + unreadable)), reasons, loss)


def measure(python, version, case, rate, seconds, *options):
    """(the case's row, its recording)"""
    recording = record.launch(python, words_of(case, seconds), seconds, rate, *options)
    return judge_recording(case, version, rate, recording), recording
