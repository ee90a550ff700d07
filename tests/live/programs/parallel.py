"""
Four threads that all compute, at the same time where there is no GIL. Each spends its time in three functions as 50 to 30 to
20; these do nothing but call a very short one of their own.

    python parallel.py SECONDS

True: heavy_step is only ever called by heavy, medium_step by medium, light_step by light, and these by measured. The last line
says whether there is a GIL, and how many seconds each thread, by its kernel id, was in each function, on a CPU or waiting
for one.
"""
import json
import sys
import threading
import time

THREADS = 4
UNIT = 300

seconds = {}
begun = threading.Barrier(THREADS + 1)


def heavy_step(i):
    return i & 7


def medium_step(i):
    return i & 7


def light_step(i):
    return i & 7


def heavy():
    for i in range(50 * UNIT):
        heavy_step(i)


def medium():
    for i in range(30 * UNIT):
        medium_step(i)


def light():
    for i in range(20 * UNIT):
        light_step(i)


def measured(function):
    before = time.monotonic()
    function()
    return time.monotonic() - before


def compute(duration):
    mine = {"heavy": 0.0, "medium": 0.0, "light": 0.0}
    begun.wait()
    end = time.monotonic() + duration
    while time.monotonic() < end:
        for function in (heavy, medium, light):
            mine[function.__name__] += measured(function)
    seconds[threading.get_native_id()] = mine


def main():
    threads = [threading.Thread(target=compute, args=(float(sys.argv[1]),)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    begun.wait()
    print("ready", flush=True)
    for thread in threads:
        thread.join()
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(json.dumps({"gil": gil, "seconds": seconds}))


main()
