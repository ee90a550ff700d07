"""
Reads the reports of qa-report back, each in its own way. A function is its label, "name (file:line)"; weights are pairs
of self and total, recursion counted once.
"""
import collections
import json
import os
import re
import subprocess
import tempfile

NOT_PYTHON = re.compile(r"<(native|GC|unreadable|no python frame)>|\.\.\. \d+ frames elided \.\.\.")


class Wrong(Exception):
    """What is wrong with a report, as a sentence."""


def need(condition, sentence, *values):
    if not condition:
        raise Wrong(sentence % values)


def label(name, file, line):
    if NOT_PYTHON.fullmatch(name) and not file:
        return name
    return "%s (%s%s)" % (name, file or "<unknown>", ":%d" % line if line else "")


def plain(text):
    """As collapsed stacks have it: nothing else can hold a semicolon."""
    return text.replace(";", ":")


def weigh(stacks):
    """From (labels, weight) to {label: [self, total]}; the innermost frame is the last."""
    functions = collections.defaultdict(lambda: [0, 0])
    for frames, weight in stacks:
        functions[frames[-1]][0] += weight
        for frame in set(frames):
            functions[frame][1] += weight
    return dict(functions)


def read_collapsed(path):
    """Yields (labels, samples)."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    need(text == "" or text.endswith("\n"), "The last line has no end.")
    for number, line in enumerate(text.split("\n")[:-1], 1):
        found = re.fullmatch(r"(.*) ([1-9]\d*)", line)
        need(found, "Line %d has no count: %s", number, line[:80])
        need(all(character >= " " and character not in "\x7f\x85\u2028\u2029" for character in line),
             "Line %d has a control character.", number)
        frames = found.group(1).split(";")
        for frame in frames:
            need(frame, "Line %d has an empty frame.", number)
            need(not re.search(r"\s\d+(\.\d*)?$", frame), "Line %d has a frame that ends in a number: %s", number, frame[-80:])
        yield frames, int(found.group(2))


def read_speedscope(path):
    """The labels of all frames, their texts in pprof's list of locations, and the (labels, nanoseconds) of all threads."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    frames = document["shared"]["frames"]
    parts = [(frame["name"], frame.get("file", ""), frame.get("line", 0)) for frame in frames]
    labels = [plain(label(*part)) for part in parts]
    locations = {"%s %s:%d" % part: text for part, text in zip(parts, labels)}
    stacks = [([labels[frame] for frame in stack], weight)
              for profile in document["profiles"] for stack, weight in zip(profile["samples"], profile["weights"])]
    return labels, locations, stacks


def go_tool_pprof(path, *options):
    environment = dict(os.environ, PPROF_NO_BROWSER="1", GOTOOLCHAIN="local")
    environment["GOCACHE"] = subprocess.run(["go", "env", "GOCACHE"], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    with tempfile.TemporaryDirectory() as home:
        environment["HOME"] = home
        done = subprocess.run(["go", "tool", "pprof", "-symbolize=none", *options, path], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    need(done.returncode == 0, "go tool pprof %s fails: %s", options[0], done.stderr.decode()[-300:])
    return done.stdout.decode()


def read_pprof(path, locations):
    """The (labels, samples) and (labels, nanoseconds) that `go tool pprof -raw` tells."""
    head, rest = go_tool_pprof(path, "-raw").split("\nLocations\n")
    need("samples/count wall/nanoseconds[dflt]" in head, "The sample types are wrong.")
    names = {}
    for line in rest.split("Mappings\n")[0].splitlines():
        found = re.fullmatch(r" *(\d+): 0x0 M=1 (.*) s=\d+(?:\(\))?", line)
        need(found, "A location is strange: %s", line[:120])
        number, text = found.groups()
        if text not in locations and text.endswith(":0"):  # newer ones tell the column, too
            text = text[:-2]
        need(text in locations, "Only pprof has this location: %s", text[:120])
        names[number] = locations[text]
    samples = re.findall(r"^ +(\d+) +(\d+): ([\d ]+)$", head, re.MULTILINE)
    stacks = [[names[number] for number in reversed(ids.split())] for _, _, ids in samples]
    return ([(stack, int(sample[0])) for stack, sample in zip(stacks, samples)],
            [(stack, int(sample[1])) for stack, sample in zip(stacks, samples)])


def judge(path, check, *others):
    """Runs a check and says what it found; returns the exit status."""
    try:
        check(path, *others)
    except Wrong as wrong:
        print("%s: %s" % (path, wrong))
        return 1
    return 0
