"""
A program that sleeps all the time.

    python idle.py SECONDS

True: the stack is <module>, main, rest, and next to no CPU time is used; the last line says how much.
"""
import json
import sys
import time


def rest(seconds):
    time.sleep(seconds)


def main():
    print("ready", flush=True)
    before = time.process_time()
    rest(float(sys.argv[1]))
    print(json.dumps({"cpu_seconds": time.process_time() - before}))


main()
