"""
Threads in different states.

    python states.py SECONDS

True: a thread in spin runs Python code all the time; a thread in rest sleeps; a thread in checksum is in zlib, on a CPU but
without the GIL, but for the moments between two calls; the main thread waits for them in finish.
The last line says how many CPU seconds each had.
"""
import json
import sys
import threading
import time
import zlib

LARGE = bytes(1 << 26)
seconds = {}
ended = threading.Event()
begun = threading.Barrier(4)


def spin():
    total = 0
    while not ended.is_set():
        for i in range(5000):
            total += i & 7


def rest():
    while not ended.wait(3600):
        pass


def checksum():
    while not ended.is_set():
        zlib.crc32(LARGE)


def run(work):
    begun.wait()
    work()
    seconds[work.__name__] = time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)


def finish(threads):
    for thread in threads:
        thread.join()


def main():
    sys.setswitchinterval(0.0005)  # who comes out of zlib waits for the GIL no longer than this
    threads = [threading.Thread(target=run, args=(work,)) for work in (spin, rest, checksum)]
    timer = threading.Timer(float(sys.argv[1]), ended.set)
    for thread in threads:
        thread.start()
    begun.wait()
    timer.start()
    print("ready", flush=True)
    finish(threads)
    print(json.dumps({"cpu_seconds": seconds}))


main()
