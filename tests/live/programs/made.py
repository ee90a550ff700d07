"""
Code that is made, called a few times and dropped, in a loop: its memory is soon that of the next one.

    python made.py SECONDS

True: a function made_N, of the file <made N> and first line N + 1, is called by caller_N alone, and by nothing else is it
ever called; all N below COUNT come up.
"""
import json
import sys
import time

COUNT = 8
SOURCE = "\n" * 100 + "def made_{0}(n):\n    total = 0\n    for i in range(n):\n        total += i & 7\n    return total\n"
CALLER = "def caller_{0}(function):\n    function(TURNS)\n    function(TURNS)\n"
TURNS = 300


def make(number):
    scope = {}
    source = SOURCE.format(number)[100 - number:]
    exec(compile(source, "<made %d>" % number, "exec"), scope)
    return scope["made_%d" % number]


def main():
    callers = {"TURNS": TURNS}
    for number in range(COUNT):
        exec(CALLER.format(number), callers)
    print("ready", flush=True)
    end, count = time.monotonic() + float(sys.argv[1]), 0
    while time.monotonic() < end:
        for number in range(COUNT):
            callers["caller_%d" % number](make(number))
        count += COUNT
    print(json.dumps({"made": count, "count": COUNT}))


main()
