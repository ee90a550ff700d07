"""
Greenlets that switch among each other from the depth of their stacks.

    python greenlets.py SECONDS

True: leaf_N is called by in_N, in_N by level_N, LEVELS times over, and level_N by nothing, or by the function that started the
greenlet. It exits with 77 where there is no greenlet.
"""
import json
import sys
import time

try:
    from greenlet import greenlet
except ImportError:
    sys.exit(77)

COUNT, LEVELS = 4, 5
TEXT = """
def leaf_{0}():
    return 1


def in_{0}():
    leaf_{0}()
    leaf_{0}()
    switch_from({0})


def level_{0}(levels):
    while levels == 1:
        in_{0}()
    level_{0}(levels - 1)
"""


def main():
    end = time.monotonic() + float(sys.argv[1])
    greenlets = []
    main_one = greenlet.getcurrent()

    def switch_from(number):
        if number + 1 == COUNT:
            main_one.switch()
        else:
            greenlets[number + 1].switch(LEVELS)

    scope = {"switch_from": switch_from}
    for number in range(COUNT):
        exec(TEXT.format(number), scope)
        greenlets.append(greenlet(scope["level_%d" % number]))
    print("ready", flush=True)
    rounds = 0
    while time.monotonic() < end:
        greenlets[0].switch(LEVELS)
        rounds += 1
    print(json.dumps({"rounds": rounds, "levels": LEVELS, "count": COUNT}))


main()
