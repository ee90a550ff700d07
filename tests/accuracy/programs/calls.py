"""
Two branches of calls with the same code under different names, stacks 4 to 7 deep: caller_a reaches leaf_a only,
caller_b leaf_b only.

    python calls.py SECONDS ITERATIONS

Known: three of five rounds are caller_a's, in a random order; in both branches leaf, inner, middle and caller have the
same shares. Between the rounds there is steady, one call of C code; the last line says how many seconds all of loop and
all of steady took, measured over blocks so long that a look at the clock takes nothing. It says "ready" first. ITERATIONS of the leaf's loop say how long a leaf call takes; calibrate.py tells how many it takes.

A comment "-> NAME ..." names all that a line may call; "-> <library>" is any code of other files. No other line calls
anything. Each generation of functions is compiled anew, so that where they happen to lie in memory averages out.
"""
import json
import random
import sys
import time

PASSES = 100  # of one generation
DATA = list(range(256)) * 64


def leaf_a(n):
    while n:
        n -= 1
    return n


def inner_a(n):
    leaf_a(n)  # -> leaf_a
    leaf_a(n)  # -> leaf_a


def middle_a(n):
    inner_a(n)  # -> inner_a
    leaf_a(n)  # -> leaf_a


def caller_a(n):
    leaf_a(n)  # -> leaf_a
    middle_a(n)  # -> middle_a
    leaf_a(n)  # -> leaf_a


def leaf_b(n):
    while n:
        n -= 1
    return n


def inner_b(n):
    leaf_b(n)  # -> leaf_b
    leaf_b(n)  # -> leaf_b


def middle_b(n):
    inner_b(n)  # -> inner_b
    leaf_b(n)  # -> leaf_b


def caller_b(n):
    leaf_b(n)  # -> leaf_b
    middle_b(n)  # -> middle_b
    leaf_b(n)  # -> leaf_b


def loop(order, n):
    for a in order:
        if a:
            caller_a(n)  # -> caller_a
        else:
            caller_b(n)  # -> caller_b


def steady(add, data):
    add(data)


def generation(code, order, n, spent, clock):
    own = {"__name__": "generation"}
    exec(code, own)  # -> <module>
    loop, steady = own["loop"], own["steady"]
    for _ in range(PASSES):
        begin = clock()
        loop(order, n)  # -> loop
        middle = clock()
        steady(sum, DATA)  # -> steady
        spent["steady"] += clock() - middle
        spent["loop"] += middle - begin


def main():
    end, n = time.monotonic() + float(sys.argv[1]), int(sys.argv[2])
    with open(__file__) as file:  # -> <library>
        source = file.read()  # -> <library>
    order = [True, True, True, False, False] * max(2, 2000 // (n + 10))
    spent = {"loop": 0.0, "steady": 0.0}
    print("ready", flush=True)  # -> <library>
    while time.monotonic() < end:
        random.shuffle(order)  # -> <library>
        held = [bytes(random.randrange(40, 2000)) for _ in range(100)]  # -> <library> <listcomp>
        generation(compile(source, __file__, "exec"), order, n, spent, time.perf_counter)  # -> generation
        del held
    print(json.dumps(spent))  # -> <library>


if __name__ == "__main__":
    main()  # -> main
