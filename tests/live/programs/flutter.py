"""
Calls that take next to no time: stacks that are put together from two moments would show.

    python flutter.py SECONDS THREADS

True: left_leaf is only ever called by left, right_leaf only by right. Answers each SIGUSR1 with a "!".
"""
import os
import signal
import sys
import threading
import time

def left_leaf():
    return 1


def right_leaf():
    return 2


def left():
    for _ in range(40):
        left_leaf()


def right():
    for _ in range(40):
        right_leaf()


def flutter(end):
    while time.monotonic() < end:
        for _ in range(100):
            left()
            right()


def main():
    signal.signal(signal.SIGUSR1, lambda number, frame: os.write(1, b"!"))
    end = time.monotonic() + float(sys.argv[1])
    threads = [threading.Thread(target=flutter, args=(end,)) for _ in range(int(sys.argv[2]) - 1)]
    print("ready", flush=True)
    for thread in threads:
        thread.start()
    flutter(end)
    for thread in threads:
        thread.join()
    print("done", flush=True)
    sys.exit(7)


main()
