"""
Functions whose names need one, two and four bytes a character, methods of nested classes, a lambda, a comprehension, a
generator expression, and a function of the file <string>; each computes as long as any other.

    python names.py SECONDS

True: the last line lists for each the name, the qualified name (interpreters from 3.11 on keep it in the code object) and
the file of its code. There is no frame of the comprehension itself from 3.12 on.
"""
import json
import sys
import time

TURNS = 20000


def ascii_only():
    return [i & 7 for i in range(TURNS)]


def café():
    return sum(i & 7 for i in range(TURNS))


def вычисление():
    total = 0
    for i in range(TURNS):
        total += i & 7
    return total


def 計算():
    total = 0
    for i in range(TURNS):
        total += i & 7
    return total


def 𐐀𠀀():
    total = 0
    for i in range(TURNS):
        total += i & 7
    return total


class Outer:
    class Inner:
        def method(self):
            total = 0
            for i in range(TURNS):
                total += i & 7
            return total


def closure():
    def within():
        total = 0
        for i in range(TURNS):
            total += i & 7
        return total

    return within


def from_string():
    scope = {"TURNS": TURNS}
    exec("def executed():\n    total = 0\n    for i in range(TURNS):\n        total += i & 7\n    return total\n", scope)
    return scope["executed"]


FUNCTIONS = [ascii_only, café, вычисление, 計算, 𐐀𠀀, Outer.Inner().method, closure(), from_string(),
             lambda: max(i & 7 for i in range(TURNS))]


def main():
    print("ready", flush=True)
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        for function in FUNCTIONS:
            function()
    print(json.dumps({"functions": [
        {"name": function.__code__.co_name, "qualname": function.__qualname__, "file": function.__code__.co_filename}
        for function in FUNCTIONS]}))


main()
