"""
Generators that draw on each other, the innermost of which computes.

    python generators.py SECONDS

True: nearly all time the stack is <module>, main, consume, outer, middle, inner; outer takes from middle with a for loop,
middle from inner with "yield from".
"""
import json
import sys
import time


def inner(end):
    while time.monotonic() < end:
        total = 0
        for i in range(20000):
            total += i & 7
        yield total


def middle(end):
    yield from inner(end)


def outer(end):
    for item in middle(end):
        yield item


def consume(end):
    count = 0
    for _ in outer(end):
        count += 1
    return count


def main():
    print("ready", flush=True)
    count = consume(time.monotonic() + float(sys.argv[1]))
    print(json.dumps({"items": count}))


main()
