"""docs/accuracy.md, or the same on the terminal: the results as tables."""
import collections
import os
import platform

import bias
import criteria
import exact
import own_time
import record
import shares
import stacks

NOT_QUIET = 0.1  # CPUs

HEAD = """# Accuracy: are the stacks exact, kept and without bias?

Made by `make accuracy`; do not edit. {command}

{machine}

{verdict}

## How this is measured

The programs are in [tests/accuracy/programs](../tests/accuracy/programs). Their lines say what each of them may call, so a
stack is **impossible** if a caller cannot have the callee it shows, if its line is not one that calls it, if the outermost
frame cannot be the outermost, or if what follows each other in time cannot (made code comes in the order of its making). In
branch a of a program there are only functions of branch a; calls of the leaf take about 70 ns, 0.4, 2.6 and 26 µs.
**Kept** is the part of the planned moments of which nothing was lost: a moment counts as lost when the recorder was too
late for it, and as well when one thread's stack could not be read whole, though those of the others were. The bound is
the rule of three: if nothing was seen in n samples, its share is below 3/n with 95 % certainty.
"""


def _table(head, rows):
    lines = ["| %s |" % " | ".join(head), "|%s" % ("---|" * len(head))]
    return "\n".join(lines + ["| %s |" % " | ".join(map(str, row)) for row in rows]) + "\n"


def _percent(value, digits=2):
    return "%.*f %%" % (digits, 100 * value)


def _bound(samples, impossible):
    return "–" if impossible else "%.1e" % shares.upper_bound(samples)


def _machine(results):
    model = "unknown CPU"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    own = record.run([record.RECORD, "--version"]).stdout.decode().strip()
    text = "Machine: %d CPUs (%s), Linux %s; %s. Other programs used %.2f CPUs meanwhile, on average." % (
        os.cpu_count() or 1, model, platform.release(), own, results.others)
    return text + (" **The machine was not quiet: what was kept says little.**" if results.others > NOT_QUIET else "")


def _verdict(judged):
    return _table(["What has to hold", "Does it?", "Figures"],
                  [(one.name, "yes" if one.passed else "**no**", one.detail.replace("|", "/")) for one in judged])


def _versions(results):
    sums = collections.OrderedDict()
    for row in results.exact:
        sums.setdefault(row.version, []).append(row)
    rows = []
    for version, found in [*sums.items(), ("all", results.exact)]:
        samples, impossible = sum(row.samples for row in found), sum(row.impossible for row in found)
        rows.append([version, samples, impossible, _bound(samples, impossible)])
        for rate in (1000, 10000):
            at_rate = [row for row in found if row.rate == rate]
            rows[-1] += ["%s (%s, %s)" % (_percent(stacks.kept(criteria.pooled_loss(at_rate))),
                                          _percent(min(row.kept for row in at_rate)),
                                          min(at_rate, key=lambda row: row.kept).case) if at_rate else "–"]
    return "## Each version\n\nIn brackets the program of which least was kept.\n\n" + _table(
        ["Python", "samples", "impossible", "bound", "kept at 1 kHz", "kept at 10 kHz"], rows)


def _rows(rows):
    return _table(["Python", "program", "Hz", "samples", "impossible", "bound", "outside", "dropped", "missed", "kept"],
                  [(row.version, row.case, row.rate, row.samples, row.impossible, _bound(row.samples, row.impossible),
                    row.outside, row.loss.dropped, row.loss.missed, _percent(row.kept)) for row in rows])


def _programs(results):
    text = "## Each program\n\n“Outside” are samples of the interpreter's start and end, in which the program has no frame: " \
           "they are not judged.\n\n" + _rows(results.exact)
    if results.ordinary:
        text += "\n## Ordinary programs\n\nWhat they may call is not known; only what was kept is of interest.\n\n" + _table(
            ["program", "samples", "kept at 1 kHz, all versions together"],
            [(case.name, sum(row.samples for row in rows), _percent(stacks.kept(criteria.pooled_loss(rows)), 3))
             for case, rows in ((case, [row for row in results.ordinary if row.case == case.name])
                                for case in exact.ORDINARY) if rows])
    return text


def _elsewhere(results):
    if not results.unthrottled:
        return ""
    return "## From another CPU, without a throttle\n\n`qa-record --on-cpu=never -r 100kHz`: nearly all reads of a running " \
           "thread fail, and are counted.\n\n" + _rows(results.unthrottled)


BIAS = """## Bias

What is known, and why. In *calls*, the program itself measures, over blocks of a millisecond, how long loop took, below which
everything changes all the time, and how long steady, one call of C code: a sampler that loses what changes quickly shows too
little of loop. Branch a has three of five rounds; a and b are the same code, compiled anew some times a second so that where
it lies in memory averages out, so each kind of function has the same share below both. In *split*, four threads take turns
and measure them; large, medium and small are called 5 : 3 : 2 times in a random order, and eight lines are the same. Beside
py-spy, which stops the program, “known” is what py-spy saw of the same process, by turns.

The error is the standard error by block bootstrap over blocks of {block:g} s, or over the turns; p is two-sided (Student's t),
and held against {level:g} % for all comparisons together (Holm). “few”: fewer than {claim} samples of the program's work, in
which absence of bias is not claimed.

"""


def _bias(comparisons):
    rejected = bias.judge(comparisons)
    head = BIAS.format(block=bias.BLOCK_NS / 1e9, level=100 * bias.LEVEL, claim=bias.CLAIM)
    return head + _table(["program", "Hz", "share", "samples", "", "found", "known", "error", "p", ""],
                         [(one.scope, one.rate, one.what, one.samples, "few" if one.samples < bias.CLAIM else "",
                           "%.4f" % one.found, "%.4f" % one.known, "%.4f" % one.error, "%.3g" % one.p,
                           "**differs**" if one in rejected else "") for one in comparisons])


def _ours_at_1khz(results):
    """Beside the peers, on the versions that they looked at."""
    for row in results.exact:
        if row.rate == 1000 and row.case.startswith("calls") and criteria.minor_of(row.version) in ("3.13", "3.15"):
            failed = (row.loss.dropped + row.loss.missed) / max(row.loss.samples + row.loss.dropped + row.loss.missed, 1)
            yield "**qa-record**, Python " + row.version, row.case, row.samples, _percent(failed), row.impossible, \
                _percent(row.impossible / max(row.samples, 1))


def _peers(results):
    if not results.peers:
        return ""
    rows = [(row.peer, row.case, row.samples, _percent(row.failed / max(row.samples + row.failed, 1)), row.impossible,
             _percent(row.impossible / max(row.samples, 1))) for row in results.peers]
    order = [case.name for case in exact.FLUTTER]
    return "## Beside others\n\nAt 1 kHz on the same programs. What a profiler itself calls failed is not among its " \
           "samples; of ours, what was dropped or missed.\n\n" + _table(
               ["profiler", "program", "samples", "failed", "impossible", "of the samples"],
               sorted([*_ours_at_1khz(results), *rows], key=lambda row: order.index(row[1])))


OWN = """## The program's own time

`build/tests/accuracy/own-time`: windows of half a second in which nothing is done to the program take turns with windows in
which it is recorded, or in which a bare loop wakes at the same rate on its CPU, does nothing and sleeps again. What the program
did less of its work in a window is the time that it lost; each with half of its 95 % interval, and the two as a ratio.
"Exact": these halves are at most 0.3 %. *shallow* is four frames deep, *deep* thirty more; *waiting* is at work in C without the lock.

"""


def _own_time(results):
    if not results.own_time:
        return ""
    return OWN + _table(["program", "Python", "Hz", "pairs", "exact", "lost, recorded", "lost, bare loop", "ratio", "95 %"],
                        [(row.shape, row.version, row.rate, row.pairs, "yes" if row.exact else "no",
                          _with_half(row.lost, row.lost_half), _with_half(row.bare, row.bare_half), _number(row.ratio),
                          "%s to %s" % (_number(row.low), _number(row.high))) for row in results.own_time])


def _with_half(value, half):
    return "%s ± %s" % (_percent(value), _percent(half)) if value is not None and half is not None else "–"


def _number(value):
    return "–" if value is None else "%.2f" % value


def write(results, comparisons, judged, command):
    parts = [HEAD.format(command=command, machine=_machine(results), verdict=_verdict(judged))]
    if results.exact:
        parts += [_versions(results)]
    if results.peers:
        parts += [_peers(results)]
    if comparisons:
        parts += [_bias(comparisons)]
    parts += [_own_time(results), _elsewhere(results)]
    if results.exact:
        parts += [_programs(results)]
    if results.notes:
        parts += ["## Left out\n\n" + "".join("- %s\n" % note for note in results.notes)]
    return "\n".join(part for part in parts if part)
