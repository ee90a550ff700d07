"""
Shares and their errors: pure functions, so that test_statistics.py can hold them against known answers.

What a sampler sees in one moment depends on what it saw a moment ago, but hardly on what it saw a block of time ago: so
errors come from drawing whole blocks. A block is a row of weights; a statistic is a function of the sums of the columns.
"""
import collections
import math
import random

REPEATS = 400


def blocks_of(runs, label, length):
    """
    The runs [(stack, weight)] cut each `length` of weight: a list of {label(stack): weight}. Weight whose label is None
    takes its time and is not counted; the last block, if shorter, is left out.
    """
    blocks, block, used = [], collections.Counter(), 0
    for stack, weight in runs:
        key = label(stack)
        while weight:
            step = min(weight, length - used)
            if key is not None:
                block[key] += step
            used += step
            weight -= step
            if used == length:
                blocks.append(block)
                block, used = collections.Counter(), 0
    return blocks


def rows_of(blocks, *wanted):
    """Blocks of weights by label as rows: a column for each predicate of labels."""
    return [tuple(sum(weight for key, weight in block.items() if want(key)) for want in wanted) for block in blocks]


def share(sums):
    """The first column's part of the second."""
    return sums[0] / sums[1] if sums[1] else math.nan


def share_difference(sums):
    return share(sums[:2]) - share(sums[2:])


def evaluate(statistic, rows):
    return statistic([sum(column) for column in zip(*rows)]) if rows else math.nan


def bootstrap_error(statistic, rows, repeats=REPEATS, seed=1):
    """The standard error of a statistic of the rows, by drawing as many of them as there are, again and again."""
    if len(rows) < 2:
        return math.nan
    source = random.Random(seed)
    drawn = [evaluate(statistic, source.choices(rows, k=len(rows))) for _ in range(repeats)]
    mean = sum(drawn) / repeats
    variance = sum((one - mean) ** 2 for one in drawn) / (repeats - 1)
    return math.sqrt(variance * len(rows) / (len(rows) - 1))


def _beta_fraction(a, b, x):
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1.0), tiny)
    value = d
    for m in range(1, 300):
        for factor in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                       -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1.0 + factor * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + factor / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-12:
            break
    return value


def incomplete_beta(a, b, x):
    """The regularised one, I_x(a, b)."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) * _beta_fraction(a, b, x) / a


def p_value(difference, error, freedom):
    """Two-sided, of Student's t."""
    if not error > 0.0 or freedom < 1:
        return 1.0 if difference == 0.0 else 0.0 if error == 0.0 else math.nan
    t = difference / error
    return incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))


def holm(p_values, level):
    """
    Which of the hypotheses are rejected: the chance that any true one is among them is at most `level`. What could not
    be worked out is rejected, too.
    """
    certain = [0.0 if math.isnan(one) else one for one in p_values]
    rejected = [False] * len(certain)
    for rank, index in enumerate(sorted(range(len(certain)), key=lambda index: certain[index])):
        if certain[index] > level / (len(certain) - rank):
            break
        rejected[index] = True
    return rejected


def upper_bound(samples):
    """Of the share of something that was not seen in so many samples, 95 %: the rule of three."""
    return min(1.0, 3.0 / samples) if samples else 1.0
