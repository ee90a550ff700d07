"""
Four threads that compute all the time, each with functions of its own.

    python threads.py SECONDS ITERATIONS [io]

With "io" each of them also waits for short times: in a sleep, and for a pipe that another thread fills. A comment
"thread" behind a function's head says that a thread begins with it; the other marks are those of calls.py.
"""
import os
import sys
import threading
import time

NAP = 0.0003
ROUNDS = 200


def leaf_0(n):
    while n:
        n -= 1
    return n


def caller_0(n):
    leaf_0(n)  # -> leaf_0
    leaf_0(n)  # -> leaf_0


def work_0(end, n, wait):  # thread
    while time.monotonic() < end:
        for _ in range(ROUNDS):
            caller_0(n)  # -> caller_0
        wait(0)  # -> no_wait nap read_pipe


def leaf_1(n):
    while n:
        n -= 1
    return n


def caller_1(n):
    leaf_1(n)  # -> leaf_1
    leaf_1(n)  # -> leaf_1


def work_1(end, n, wait):  # thread
    while time.monotonic() < end:
        for _ in range(ROUNDS):
            caller_1(n)  # -> caller_1
        wait(1)  # -> no_wait nap read_pipe


def leaf_2(n):
    while n:
        n -= 1
    return n


def caller_2(n):
    leaf_2(n)  # -> leaf_2
    leaf_2(n)  # -> leaf_2


def work_2(end, n, wait):  # thread
    while time.monotonic() < end:
        for _ in range(ROUNDS):
            caller_2(n)  # -> caller_2
        wait(2)  # -> no_wait nap read_pipe


def leaf_3(n):
    while n:
        n -= 1
    return n


def caller_3(n):
    leaf_3(n)  # -> leaf_3
    leaf_3(n)  # -> leaf_3


def work_3(end, n, wait):  # thread
    while time.monotonic() < end:
        for _ in range(ROUNDS):
            caller_3(n)  # -> caller_3
        wait(3)  # -> no_wait nap read_pipe


PIPES = [os.pipe() for _ in range(2)]  # -> <listcomp>


def no_wait(index):
    return index


def nap(index):
    """Of threads 0 and 1; what the others read is written here."""
    time.sleep(NAP)
    os.write(PIPES[index][1], b"x")


def read_pipe(index):
    return os.read(PIPES[index - 2][0], 1)


def main():
    end, n, io = time.monotonic() + float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["io"]
    waits = [nap, nap, read_pipe, read_pipe] if io else [no_wait] * 4
    threads = []
    for work, wait in zip([work_0, work_1, work_2, work_3], waits):
        threads.append(threading.Thread(target=work, args=(end, n, wait)))  # -> <library>
        threads[-1].start()  # -> <library>
    for thread in threads[:2]:
        thread.join()  # -> <library>
    for _, full in PIPES:
        os.write(full, b"x" * 16)  # whoever reads still
    for thread in threads[2:]:
        thread.join()  # -> <library>


if __name__ == "__main__":
    main()  # -> main <library>
