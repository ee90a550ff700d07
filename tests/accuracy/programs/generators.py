"""
Generators that delegate to generators: those of branch a have consumer_a as their only consumer, those of b consumer_b.

    python generators.py SECONDS ITERATIONS

Known: three of five rounds are consumer_a's. The marks are those of calls.py; a line that resumes a generator calls it.
"""
import random
import sys
import time


def leaf_a(n):
    while n:
        n -= 1
    return n


def source_a(n):
    for _ in range(3):
        yield leaf_a(n)  # -> leaf_a


def relay_a(n):
    yield from source_a(n)  # -> source_a
    yield leaf_a(n)  # -> leaf_a


def consumer_a(n):
    for _ in relay_a(n):  # -> relay_a
        leaf_a(n)  # -> leaf_a


def leaf_b(n):
    while n:
        n -= 1
    return n


def source_b(n):
    for _ in range(3):
        yield leaf_b(n)  # -> leaf_b


def relay_b(n):
    yield from source_b(n)  # -> source_b
    yield leaf_b(n)  # -> leaf_b


def consumer_b(n):
    for _ in relay_b(n):  # -> relay_b
        leaf_b(n)  # -> leaf_b


def loop(order, n):
    for a in order:
        if a:
            consumer_a(n)  # -> consumer_a
        else:
            consumer_b(n)  # -> consumer_b


def main():
    end, n = time.monotonic() + float(sys.argv[1]), int(sys.argv[2])
    order = [True, True, True, False, False] * 200
    while time.monotonic() < end:
        random.shuffle(order)  # -> <library>
        loop(order, n)  # -> loop


if __name__ == "__main__":
    main()  # -> main
