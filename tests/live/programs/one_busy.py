"""
Four threads of which one computes: busy; sleeping is in time.sleep, blocked waits for a lock that is never free, and the
main thread joins busy. Runs until it is killed.

    python one_busy.py

True: only busy uses the CPU and holds the GIL. After "ready" a line names for each thread its ident and the kernel's id.
"""
import json
import os
import threading
import time

ids = {}
begun = threading.Barrier(4)
taken = threading.Lock()


def begin(name):
    ids[name] = {"ident": threading.get_ident(), "native": int(os.readlink("/proc/thread-self").rsplit("/", 1)[-1])}
    begun.wait()


def compute():
    begin("busy")
    total = 0
    while True:
        for i in range(20000):
            total += i & 7


def sleep():
    begin("sleeping")
    time.sleep(100000)


def block():
    begin("blocked")
    taken.acquire()


def main():
    taken.acquire()
    threads = [threading.Thread(target=target, daemon=True) for target in (compute, sleep, block)]
    for thread in threads:
        thread.start()
    begin("main")
    print("ready\n" + json.dumps(ids), flush=True)
    threads[0].join()


main()
