"""What has to hold, judged from the results."""
import collections

import bias
import exact
import own_time
import stacks

Criterion = collections.namedtuple("Criterion", "name passed detail")

OF_EACH_VERSION, IN_ALL = 100000, 1000000
MUST_HAVE = ["3.%d" % minor for minor in range(8, 16)]
KEPT = {1000: 0.99, 10000: 0.95}
KEPT_ORDINARY = 0.999
LEAST_BLOCKS = 20  # an error from fewer means little


def minor_of(version):
    """3.13 of 3.13.5, 3.13t of 3.13.5t."""
    return ".".join(version.split(".")[:2]) + "".join(letter for letter in version[-1:] if letter.isalpha())


def _compare(results, case, scope, rate):
    blocks, samples, spent = (of[case, scope, rate] for of in (results.blocks, results.samples, results.spent))
    where = "%s, %s" % (case, "all versions" if scope == "all" else scope)
    if case == exact.SPLIT.name:
        return bias.compare_split(where, rate, blocks, samples, spent)
    # Of long leaf calls hardly a sample is in anything but the leaf.
    kinds = bias.KINDS if case in [one.name for one in exact.FLUTTER[:2]] else ["leaf"]
    return bias.compare_calls(where, rate, blocks, samples, spent, kinds)


def comparisons_of(results):
    found = []
    for (case, scope, rate), blocks in sorted(results.blocks.items()):
        if len(blocks) >= LEAST_BLOCKS:
            found += _compare(results, case, scope, rate)
        else:
            results.notes.append("Bias of %s, %s, at %d Hz: only %d blocks." % (case, scope, rate, len(blocks)))
    for peer, version, rate, ours, theirs in results.turns:
        found += bias.compare_samplers("calls, 70 ns, %s, beside %s" % (version, peer.name), rate, ours, theirs)
    return found


def pooled_loss(rows):
    sums = [sum(column) for column in zip(*(row.loss for row in rows))]
    return stacks.Loss(*sums)


def _no_impossible(name, rows):
    wrong = [row for row in rows if row.impossible]
    detail = "%d in %d samples" % (sum(row.impossible for row in rows), sum(row.samples for row in rows))
    for row in wrong[:5]:
        detail += "; %s, %s, %d Hz: %s" % (row.version, row.case, row.rate, row.reasons.most_common(1)[0][0])
    return Criterion(name, not wrong and bool(rows), detail)


def _enough_samples(results):
    """Counts moments: several threads at one moment would make many samples of it, most of them of threads that wait."""
    counts = collections.Counter()
    for row in results.exact:
        counts[minor_of(row.version)] += min(row.ticks, row.samples)
    few = ["%s has %d" % (minor, counts[minor]) for minor in MUST_HAVE if counts[minor] < OF_EACH_VERSION]
    least = min((counts[minor], minor) for minor in MUST_HAVE)
    return [Criterion("%d moments sampled on each version from 3.8" % OF_EACH_VERSION, not few,
                      "; ".join(few) or "the least is %d, on %s" % least),
            Criterion("%d moments sampled in all" % IN_ALL, sum(counts.values()) >= IN_ALL, "%d" % sum(counts.values()))]


def _kept(results):
    for rate, least in KEPT.items():
        rows = [row for row in results.exact if row.rate == rate]
        low = ["%s, %s: %.2f %%" % (row.version, row.case, 100 * row.kept) for row in rows if row.kept < least]
        yield Criterion("at least %g %% kept at %d Hz, by each program on each version" % (100 * least, rate),
                        not low and bool(rows), "%d of %d have less: %s" % (len(low), len(rows), "; ".join(low[:8])) if low
                        else "the least is %.2f %%" % (100 * min((row.kept for row in rows), default=0)))
    kept = {}
    for case in exact.ORDINARY:
        rows = [row for row in results.ordinary if row.case == case.name]
        kept[case.name] = stacks.kept(pooled_loss(rows)) if rows else 0.0
    yield Criterion("at least %g %% kept at 1000 Hz of ordinary programs, all versions together" % (100 * KEPT_ORDINARY),
                    min(kept.values()) >= KEPT_ORDINARY,
                    "; ".join("%s: %.3f %%" % (name, 100 * value) for name, value in kept.items()))


def _no_bias(comparisons):
    found = bias.judge(comparisons)
    detail = "%d comparisons, %d differ" % (len(comparisons), len(found))
    for one in sorted(found, key=lambda one: one.p)[:6]:
        detail += "; %s, %d Hz, %s: %.4f, known %.4f, p %.1e" % (one.scope, one.rate, one.what, one.found, one.known, one.p)
    return Criterion("no share differs from what it is known to be (Holm, %g %%)" % (100 * bias.LEVEL),
                     not found and bool(comparisons), detail)


def _claims(comparisons):
    """At 100 Hz so many samples would take hours: there nothing is claimed."""
    few = sorted({"%s, %d Hz: %d" % (one.scope, one.rate, one.samples) for one in comparisons
                  if one.rate >= 1000 and one.samples < bias.CLAIM})
    return Criterion("%d samples for each claim at 1 kHz or more" % bias.CLAIM, not few, "; ".join(few) or "each has them")


def _own_time(rows):
    names = {True: "yes", False: "no", None: "undecided"}
    verdicts = [own_time.verdict(row) for row in rows]
    detail = "; ".join("%s, %d Hz: %s" % (row.shape, row.rate, "?" if row.ratio is None else "%.2f (%s)" % (row.ratio, names[one]))
                       for row, one in zip(rows, verdicts))
    return Criterion("the program loses at most %g times what a bare loop costs it" % own_time.MOST, all(verdicts), detail)


def judge(results, comparisons, is_whole):
    """The criteria; how many samples there are matters in a whole run only."""
    criteria = [Criterion("every step was done", not results.failures, "; ".join(results.failures) or "yes")]
    if results.exact:
        criteria += [_no_impossible("no impossible stack", results.exact), *(_enough_samples(results) if is_whole else ()), *_kept(results)]
    if results.unthrottled:
        criteria.append(_no_impossible("no impossible stack from another CPU, without a throttle", results.unthrottled))
    if results.own_time:
        criteria.append(_own_time(results.own_time))
    if comparisons:
        criteria += [_no_bias(comparisons), *([_claims(comparisons)] if is_whole else ())]
    return criteria
