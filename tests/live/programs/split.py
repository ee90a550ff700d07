"""
Three functions that burn CPU time as 50 to 30 to 20, in their own bytecode and in calls of some milliseconds.

    python split.py SECONDS

True: nearly all CPU time is self time of heavy, medium and light; the last line says how many CPU seconds each had.
"""
import json
import sys
import time

UNIT = 2000


def cpu_seconds():
    return time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)


def heavy():
    total = 0
    for i in range(50 * UNIT):
        total += i & 7
    return total


def medium():
    total = 0
    for i in range(30 * UNIT):
        total += i & 7
    return total


def light():
    total = 0
    for i in range(20 * UNIT):
        total += i & 7
    return total


def measured(function):
    before = cpu_seconds()
    function()
    return cpu_seconds() - before


def main():
    seconds = {"heavy": 0.0, "medium": 0.0, "light": 0.0}
    print("ready", flush=True)
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        for function in (heavy, medium, light):
            seconds[function.__name__] += measured(function)
    print(json.dumps({"cpu_seconds": seconds}))


main()
