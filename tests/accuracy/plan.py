"""
The steps of a run: what is measured on which interpreter, and for how long. A step adds to the results; each has seconds,
so that the run can say beforehand how long it takes.
"""
import collections

import bias
import exact
import own_time
import peers
import record

KILO = 1000
OVERHEAD = 0.35  # seconds of a recording's start and of reading it
# The seconds of one recording, at scale 1.
FAST, SLOW, POOLED, SPLIT, SPLIT_POOLED, ORDINARY, RARE = 1.3, 2.0, 11.3, 12.8, 12.0, 1.2, 2.0
UNTHROTTLED, PEER, TURN, TURNS, RARE_TURN, RARE_TURNS = 1.3, 2, 3, 36, 4, 5
OWN_TIME = 120

Step = collections.namedtuple("Step", "name seconds run")


class Results:
    """All that was measured."""

    def __init__(self):
        self.exact, self.ordinary, self.unthrottled, self.peers, self.own_time = [], [], [], [], []
        self.blocks = collections.defaultdict(list)  # (case, scope, rate): blocks; the scope is a version or "all"
        self.samples = collections.Counter()           # the same: samples in the blocks
        self.spent = collections.defaultdict(collections.Counter)  # the same: seconds that the program measured
        self.turns = []     # (peer, version, rate, our blocks, theirs)
        self.notes = []     # what was left out, and why
        self.failures = []  # steps that could not be done
        self.others = 0.0   # CPUs that other programs used meanwhile, on average

    def add(self, key, blocks, label, recording):
        self.blocks[key] += blocks
        self.samples[key] += bias.count_labelled(recording, label)
        self.spent[key].update(bias.spent_of(recording))


def _exact_step(one, case, rate, seconds, pool=None):
    def run(results, _):
        row, recording = exact.measure(one.path, one.version, case, rate, seconds)
        results.exact.append(row)
        if pool:
            pool(results, recording)
        return row
    return Step("%s, %s, %d Hz" % (one.version, case.name, rate), seconds + OVERHEAD, run)


def _pool_calls(case, rate):
    def pool(results, recording):
        results.add((case.name, "all", rate), bias.calls_blocks(recording), bias.label_calls, recording)
    return pool


def _pool_split(one, rate):
    def pool(results, recording):
        blocks = bias.split_blocks(recording)
        for scope in ["all"] + ([one.version] if rate > KILO else []):
            results.add((exact.SPLIT.name, scope, rate), blocks, bias.label_split, recording)
    return pool


def _ordinary_step(one, case, seconds):
    def run(results, _):
        row, _ = exact.measure(one.path, one.version, case, KILO, seconds)
        results.ordinary.append(row)
        return row
    return Step("%s, %s, 1000 Hz" % (one.version, case.name), seconds + OVERHEAD, run)


def steps_of_version(one, scale):
    for case in exact.FLUTTER:
        yield _exact_step(one, case, 10 * KILO, FAST * scale)
    for case in exact.FLUTTER:
        if case.program == "calls.py":
            yield _exact_step(one, case, KILO, POOLED * scale, _pool_calls(case, KILO))
        else:
            yield _exact_step(one, case, KILO, SLOW * scale)
    yield _exact_step(one, exact.FLUTTER[0], 100, RARE * scale, _pool_calls(exact.FLUTTER[0], 100))
    for rate, seconds in ((10 * KILO, SPLIT), (KILO, SPLIT_POOLED)):
        yield _exact_step(one, exact.SPLIT, rate, seconds * scale, _pool_split(one, rate))
    for case in exact.ORDINARY:
        yield _ordinary_step(one, case, ORDINARY * scale)


def _unthrottled_step(one, case, seconds):
    def run(results, _):
        row, _ = exact.measure(one.path, one.version, case, 100 * KILO, seconds, "--on-cpu=never")
        results.unthrottled.append(row)
        return row
    return Step("%s, %s, 100 kHz from another CPU" % (one.version, case.name), seconds + OVERHEAD, run)


def steps_from_elsewhere(one, scale, notes):
    if not record.has_option("--on-cpu"):
        notes.append("Unthrottled from another CPU: left out, as this qa-record has no option --on-cpu.")
        return
    for case in exact.FLUTTER:
        yield _unthrottled_step(one, case, UNTHROTTLED * scale)


def _peer_step(peer, one, case, seconds):
    def run(results, _):
        row = peers.measure(peer, one.path, case, KILO, seconds)
        results.peers.append(row)
        return row
    return Step("%s, %s" % (peer.name, case.name), seconds + 1.3, run)


def _turns_step(peer, one, rate, seconds, turns):
    def run(results, say):
        blocks = peers.take_turns(peer, one.path, exact.FLUTTER[0], rate, seconds, turns, say)
        results.turns.append((peer, one.version, rate, *blocks))
    return Step("by turns with %s, %d Hz" % (peer.name, rate), turns * (2 * seconds + 0.7), run)


def steps_with_peers(pythons, scale, notes):
    """py-spy and Austin look at the CPython 3.13, or the newest before it; the one of 3.15 at its own."""
    newest = pythons.get("3.15")
    older = next((pythons[minor] for minor in ("3.13", "3.12", "3.11", "3.10") if minor in pythons), None)
    found, missing = peers.find(newest)
    notes += ["Beside us: %s." % reason for reason in missing]
    for peer in found:
        one = newest if peer.name.startswith("profiling") else older
        for case in exact.FLUTTER[:4] if one else ():
            yield _peer_step(peer, one, case, max(1, round(PEER * scale)))
    stopping = next((peer for peer in found if peer.name == "py-spy"), None)
    if stopping and older:
        yield _turns_step(stopping, older, KILO, TURN, max(3, round(TURNS * scale)))
        yield _turns_step(stopping, older, 100, RARE_TURN, max(3, round(RARE_TURNS * scale)))
    elif older:
        notes.append("Shares beside a sampler that stops the program: left out, as py-spy is missing.")


def _own_time_step(one, shape, seconds):
    def run(results, _):
        results.own_time += own_time.measure(one.path, one.version, shape, seconds)
    return Step("%s, its own time, %s" % (one.version, shape), seconds, run)


def steps(pythons, scale, only, notes):
    """All, in order; pythons: {"3.13": interpreter}."""
    if "versions" in only:
        for one in pythons.values():
            yield from steps_of_version(one, scale)
    middle = pythons.get("3.13") or next(iter(pythons.values()))
    if "elsewhere" in only:
        yield from steps_from_elsewhere(middle, scale, notes)
    if "own-time" in only:
        for shape in own_time.SHAPES:
            yield _own_time_step(middle, shape, round(OWN_TIME * scale))
    if "peers" in only:
        yield from steps_with_peers(pythons, scale, notes)
