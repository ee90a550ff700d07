"""
Named threads: two compute, two wait on an event, and the main thread joins them.

    python threads.py SECONDS

True: computing-1 and computing-2 are in compute, share one CPU's worth of time (where there is a GIL) and hold the GIL in
turn; waiting-1 and waiting-2 are in wait_for_end below threading's wait and use no CPU; MainThread is in join.
The last line says how many CPU seconds each thread had.
"""
import json
import sys
import threading
import time

seconds = {}
finished = threading.Event()
begun = threading.Barrier(5)


def cpu_seconds():
    return time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)


def compute():
    begun.wait()
    total = 0
    while not finished.is_set():
        for i in range(20000):
            total += i & 7
    seconds[threading.current_thread().name] = cpu_seconds()


def wait_for_end():
    begun.wait()
    finished.wait()
    seconds[threading.current_thread().name] = cpu_seconds()


def main():
    threads = [threading.Thread(target=compute, name="computing-%d" % i) for i in (1, 2)]
    threads += [threading.Thread(target=wait_for_end, name="waiting-%d" % i) for i in (1, 2)]
    for thread in threads:
        thread.start()
    timer = threading.Timer(float(sys.argv[1]), finished.set)
    timer.name = "timer"
    timer.start()
    begun.wait()
    print("ready", flush=True)
    for thread in threads:
        thread.join()
    print(json.dumps({"cpu_seconds": seconds}))


main()
