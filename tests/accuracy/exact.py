"""Impossible stacks and what was kept: one case is a program with a leaf's length, on one interpreter, at one rate."""
import collections
import functools

import record
import rules
import stacks

# leaf_ns: how long a call of the leaf shall take, for programs that are told so
Case = collections.namedtuple("Case", "name program leaf_ns arguments")

FLUTTER = [
    Case("calls, 70 ns", "calls.py", 70, []),
    Case("calls, 0.4 µs", "calls.py", 400, []),
    Case("calls, 2.6 µs", "calls.py", 2600, []),
    Case("calls, 26 µs", "calls.py", 26000, []),
    Case("generators", "generators.py", 70, []),
    Case("made code", "made_code.py", 400, []),
    Case("4 threads", "threads.py", 400, []),
    Case("4 threads, I/O", "threads.py", 400, ["io"]),
]
SPLIT = Case("split", "split.py", None, [])
ORDINARY = [
    Case("json and regex", "ordinary_text.py", None, []),
    Case("server", "examples/server_simulation.py", None, []),
    Case("asyncio", "ordinary_asyncio.py", None, []),
]

# samples: those that can be judged; ticks: the moments at which they were taken, of which each is of all threads
# reasons: {why a stack is impossible: samples}; examples: {the same: such a stack}
Row = collections.namedtuple("Row", "version case rate samples ticks impossible outside unreadable kept reasons examples loss")


@functools.lru_cache(maxsize=None)
def _leaf_cost(python):
    """(ns of a leaf call without iterations, ns of an iteration)"""
    done = record.run([python, record.program("calibrate.py"), record.program("calls.py")])
    without, each = map(float, done.stdout.split())
    return without, max(each, 0.1)


def iterations(python, leaf_ns):
    without, each = _leaf_cost(python)
    return max(0, round((leaf_ns - without) / each))


def words_of(python, case, seconds):
    """What to start."""
    words = [python, record.program(case.program)]
    words += ["--runtime", seconds] if case.program.startswith("examples/") else [seconds]
    return words + ([iterations(python, case.leaf_ns)] if case.leaf_ns else []) + case.arguments


def show(stack):
    return " > ".join("%s:%d" % (frame.name, frame.line) for frame in stack)


def judge_stacks(program_rules, collapsed):
    """({kind: samples}, {reason: samples}, {reason: an example})"""
    kinds, reasons, examples = collections.Counter(), collections.Counter(), {}
    for stack, count in collapsed.items():
        verdict = program_rules.judge(stack)
        kinds[verdict.kind] += count
        if verdict.kind == rules.IMPOSSIBLE:
            reasons[verdict.reason] += count
            examples[verdict.reason] = show(stack)
    return kinds, reasons, examples


def judge_recording(case, version, rate, recording):
    kinds, reasons, examples = collections.Counter(), collections.Counter(), {}
    if case not in ORDINARY:
        program_rules = rules.Rules(record.program(case.program))
        kinds, reasons, examples = judge_stacks(program_rules, recording.collapsed)
        for _, runs in recording.threads:
            reasons.update(verdict.reason for verdict in program_rules.judge_order(runs))
    loss = recording.loss
    outside, unreadable = kinds[rules.OUTSIDE], kinds[rules.UNREADABLE]
    judged = loss.samples - outside - unreadable
    kept = stacks.kept(loss._replace(dropped=loss.dropped + unreadable))
    return Row(version, case.name, rate, judged, loss.ticks, sum(reasons.values()), outside, unreadable, kept, reasons,
               examples, loss)


def measure(python, version, case, rate, seconds, *options):
    """(the case's row, its recording)"""
    recording = record.launch(words_of(python, case, seconds), seconds, rate, *options)
    return judge_recording(case, version, rate, recording), recording
