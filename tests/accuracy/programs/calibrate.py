"""
Prints how long a leaf call of calls.py takes: the nanoseconds without iterations, and those of each iteration.

    python calibrate.py CALLS.PY
"""
import sys
import time


def fastest(leaf, n, calls):
    """Nanoseconds of one call, of the fastest of several tries: the others were disturbed."""
    best = float("inf")
    for _ in range(25):
        start = time.perf_counter()
        for _ in range(calls):
            leaf(n)
        best = min(best, time.perf_counter() - start)
    return best / calls * 1e9


def main():
    own = {"__name__": "calibrate"}
    with open(sys.argv[1]) as file:
        exec(compile(file.read(), sys.argv[1], "exec"), own)
    short, long = fastest(own["leaf_a"], 1, 1000), fastest(own["leaf_a"], 201, 20)
    each = (long - short) / 200
    print(short - each, each)


main()
