"""
A loop of two lines, called from one line.

    python lines.py SECONDS

True: nearly all time is in spin, on the lines of its loop, called from one line of main. The last line names them.
"""
import json
import sys
import time


def spin(end):
    while time.monotonic() < end:
        len("x")


def main():
    first = spin.__code__.co_firstlineno
    caller = main.__code__.co_firstlineno + 3
    spin(time.monotonic() + float(sys.argv[1]))
    print(json.dumps({"spin": [first + 1, first + 2], "main": [caller]}))


main()
