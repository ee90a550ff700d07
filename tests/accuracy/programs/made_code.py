"""
Code objects that are made, run a few times, and dropped, so that the next one lies where the last one lay.

    python made_code.py SECONDS ITERATIONS

The n-th is called made_a_n or made_b_n, comes from a file "<made_a_n>", and its first line is n % SHIFT + 1: a frame
whose name, file and line do not belong together shows a mixture of two, and a number below one that was seen before
shows code that is gone. The marks are those of calls.py; made_a_* stands for any number.
"""
import itertools
import random
import sys
import time

SHIFT = 50  # read by the checker, too
TIMES = 100
SOURCE = "def made_%s_%d(n):\n while n:\n  n -= 1\n return n\n"


def make(branch, number, own):
    text = "\n" * (number % SHIFT) + SOURCE % (branch, number)
    return compile(text, "<made_%s_%d>" % (branch, number), "exec")


def caller_a(number, n):
    own = {}
    exec(make("a", number, own), own)  # -> make <made_a_*>
    made = own["made_a_%d" % number]
    for _ in range(TIMES):
        made(n)  # -> made_a_*


def caller_b(number, n):
    own = {}
    exec(make("b", number, own), own)  # -> make <made_b_*>
    made = own["made_b_%d" % number]
    for _ in range(TIMES):
        made(n)  # -> made_b_*


def loop(order, numbers, n):
    for a in order:
        if a:
            caller_a(next(numbers), n)  # -> caller_a
        else:
            caller_b(next(numbers), n)  # -> caller_b


def main():
    end, n = time.monotonic() + float(sys.argv[1]), int(sys.argv[2])
    order, numbers = [True, True, True, False, False] * 20, itertools.count(1)
    while time.monotonic() < end:
        random.shuffle(order)  # -> <library>
        loop(order, numbers, n)  # -> loop


if __name__ == "__main__":
    main()  # -> main
