"""
A function that calls itself LEVELS times and computes at the bottom.

    python recursion.py LEVELS SECONDS

True: from the ready line on, the stack of the thread "deep" is run, LEVELS times descend, busy, below threading's frames.
"""
import json
import sys
import threading
import time


def busy(seconds):
    print("ready", flush=True)
    total = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for i in range(20000):
            total += i & 7
    return total


def descend(levels, seconds):
    if levels == 1:
        return busy(seconds)
    return descend(levels - 1, seconds)


def run(levels, seconds):
    descend(levels, seconds)


def main():
    levels = int(sys.argv[1])
    sys.setrecursionlimit(levels + 1000)
    threading.stack_size((64 << 20) + levels * 1024)  # up to 3.10 each level takes some of it
    thread = threading.Thread(target=run, name="deep", args=(levels, float(sys.argv[2])))
    thread.start()
    thread.join()
    print(json.dumps({"levels": levels}))


main()
