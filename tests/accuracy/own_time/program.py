"""
A program that counts its own work: python3 program.py shallow|deep|waiting DESCRIPTOR

The descriptor is of a file of 8 bytes, which holds the number of rounds done so far.
    shallow  short calls, a few frames deep
    deep     the same, below 30 frames of different functions
    waiting  work in C that lets go of the interpreter's lock: next to no Python runs
"""
import mmap
import sys
import zlib

BATCH = 200  # calls in a round: some 15 us
DEPTH = 30


def leaf(x):
    return x + 1


def middle(x):
    return leaf(x) + 1


def call_around(counter):
    rounds = 0
    while True:
        for i in range(BATCH):
            middle(i)
        rounds += 1
        counter[0] = rounds


def go_deep(counter):
    names = {"bottom": call_around}
    source = "def level_%d(counter):\n    return %s(counter)\n"
    for level in range(DEPTH):
        exec(source % (level, "level_%d" % (level - 1) if level else "bottom"), names)
    names["level_%d" % (DEPTH - 1)](counter)


def wait_in_c(counter):
    data = bytes(1 << 18)
    rounds = 0
    while True:
        zlib.crc32(data)
        rounds += 1
        counter[0] = rounds


SHAPES = {"shallow": call_around, "deep": go_deep, "waiting": wait_in_c}
# Written in one piece: struct.pack_into would write zeros first.
SHAPES[sys.argv[1]](memoryview(mmap.mmap(int(sys.argv[2]), 8)).cast("Q"))
