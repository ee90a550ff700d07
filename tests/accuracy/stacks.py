"""
What qa-report wrote, and what other profilers write, as stacks: lists of (name, file, line), outermost first.

A frame of a collapsed file is "name (file:line)"; a character that would not stay on its line is written as \\x0a or
\\u202e, and a semicolon in a name as a colon.
"""
import collections
import json
import re

NO_LINE = -1  # as other profilers say it
Frame = collections.namedtuple("Frame", "name file line")  # line: 0 where qa-report says none
Loss = collections.namedtuple("Loss", "samples ticks dropped missed")

_FRAME = re.compile(r"^(.*?) \((.*?)(?::(\d+))?\)$", re.DOTALL)
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})")
_LOSS = re.compile(r"^Loss: \d+ late, \d+ torn, (\d+) dropped, (\d+) missed", re.MULTILINE)
_TICKS = re.compile(r"^Recording: .* s, (\d+) ticks,", re.MULTILINE)
_SAMPLES = re.compile(r"^Total samples collected: (\d+)", re.MULTILINE)


def _unescape(text):
    return _ESCAPE.sub(lambda found: chr(int(found.group(1) or found.group(2), 16)), text)


def parse_frame(text):
    """Frames without a place, such as "<no python frame>", have no file."""
    found = _FRAME.match(text)
    if not found:
        return Frame(_unescape(text), "", 0)
    return Frame(_unescape(found.group(1)), _unescape(found.group(2)), int(found.group(3) or 0))


def parse_collapsed(text):
    """{stack: samples}; a stack is a tuple of frames."""
    frames, stacks = {}, collections.Counter()
    for line in text.splitlines():
        path, count = line.rsplit(" ", 1)
        stack = tuple(frames.get(part) or frames.setdefault(part, parse_frame(part)) for part in path.split(";"))
        stacks[stack] += int(count)
    return stacks


def parse_speedscope(text):
    """[(name of a thread, [(stack, weight)] in the order of time)]; equal stacks that follow each other are one."""
    document = json.loads(text)
    frames = [Frame(one["name"], one.get("file", ""), one.get("line", 0)) for one in document["shared"]["frames"]]
    stacks = {}

    def stack_of(indices):
        key = tuple(indices)
        return stacks.get(key) or stacks.setdefault(key, tuple(frames[index] for index in key))

    return [(one["name"], [(stack_of(indices), weight) for indices, weight in zip(one["samples"], one["weights"])])
            for one in document["profiles"]]


def parse_loss(text):
    """The figures of qa-report's text."""
    loss, ticks, samples = _LOSS.search(text), _TICKS.search(text), _SAMPLES.search(text)
    if not loss or not ticks:
        raise ValueError("no loss and ticks in the report:\n" + text)
    return Loss(int(samples.group(1)) if samples else 0, int(ticks.group(1)), int(loss.group(1)), int(loss.group(2)))


def kept(loss):
    """
    The part of the planned moments of which nothing was lost. A dropped stack counts as a whole moment, also when the
    other threads' stacks were had: that is the strictest way to count.
    """
    planned = loss.ticks + loss.dropped + loss.missed
    return loss.ticks / planned if planned else 0.0
