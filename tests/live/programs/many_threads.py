"""
Threads that come and go: at any time some of them, each for about 20 ms, most of it asleep.

    python many_threads.py SECONDS ALIVE

True: a thread's stack is threading's, then even_N or odd_N, then work_N or sleep_N with the same N, then nothing.
"""
import json
import sys
import threading
import time

KINDS = 10
TEXT = """
def work_{0}():
    total = 0
    for i in range(2000):
        total += i & 7
    return total


def sleep_{0}(seconds):
    sleep(seconds)


def {1}_{0}():
    work_{0}()
    sleep_{0}(0.018)
    work_{0}()
"""


def main():
    scope, kinds, alive, count = {"sleep": time.sleep}, [], [], 0
    for number in range(KINDS):
        name = "odd" if number % 2 else "even"
        exec(compile(TEXT.format(number, name), "<thread>", "exec"), scope)
        kinds.append(scope["%s_%d" % (name, number)])
    print("ready", flush=True)
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        alive = [thread for thread in alive if thread.is_alive()]
        while len(alive) < int(sys.argv[2]):
            alive.append(threading.Thread(target=kinds[count % KINDS]))
            alive[-1].start()
            count += 1
        time.sleep(0.001)
    for thread in alive:
        thread.join()
    print(json.dumps({"threads": count}))


main()
