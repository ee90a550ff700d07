"""
A function that calls itself LEVELS times, now and then through C, and at the bottom computes, then sleeps.

    python deep.py LEVELS SECONDS

True: while it is in compute or rest, the stack of the thread "deep" has as many frames as the last line says; that is also
what "levels" and "outside" in it add up to.
"""
import json
import sys
import threading
import time

THROUGH_C = 400  # times in all: each takes a part of the C stack that the interpreter limits


def compute(seconds):
    total = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for i in range(20000):
            total += i & 7
    return total


def rest(seconds):
    time.sleep(seconds)


def at_bottom(seconds):
    print("ready", flush=True)
    compute(seconds)
    rest(seconds)


def descend(levels, every, seconds):
    if levels == 1:
        return at_bottom(seconds)
    if levels % every == 0:
        return list(map(descend, [levels - 1], [every], [seconds]))
    return descend(levels - 1, every, seconds)


def depth():
    frame, count = sys._getframe(1), 0
    while frame:
        frame, count = frame.f_back, count + 1
    return count


def run(levels, seconds, answer):
    answer.update(levels=levels, outside=depth() + 2)  # and at_bottom, and compute or rest
    descend(levels, levels // THROUGH_C + 1, seconds)


def main():
    levels, answer = int(sys.argv[1]), {}
    sys.setrecursionlimit(2 * levels + 1000)
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=run, name="deep", args=(levels, float(sys.argv[2]), answer))
    thread.start()
    thread.join()
    print(json.dumps(answer))


main()
