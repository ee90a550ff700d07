"""
Interpreters within the interpreter: some that stay, with a thread each, and others that come and go.

    python interpreters_of_own.py SECONDS own|shared

True: the interpreter that has been given the name N runs drive_N, which calls in_a_N and in_b_N; the first calls leaf_a_N, the
other leaf_b_N, and there are no other calls; each takes a fraction of a microsecond.
With "own" each has a lock of its own, so that all compute at once; with "shared" they take turns. The last line gives the
interpreter's id for each name of those that stayed. It exits with 77 and a reason where such interpreters cannot be made.
"""
import json
import sys
import threading
import time

STAYING = 3
CODE = """
import time
def leaf_a_{0}(): return 1
def leaf_b_{0}(): return 2
def in_a_{0}():
    leaf_a_{0}(); leaf_a_{0}(); leaf_a_{0}()
def in_b_{0}():
    leaf_b_{0}(); leaf_b_{0}(); leaf_b_{0}()
def drive_{0}(end):
    while time.monotonic() < end:
        for i in range(1000):
            in_a_{0}()
            in_b_{0}()
        time.sleep(0.0001)  # up to 3.12 nobody asks another interpreter for the shared lock
drive_{0}({1!r})
"""


class Refused(Exception):
    pass


def find_module():
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            return __import__(name)
        except ImportError:
            pass
    raise Refused("this Python has no module for it")


def make(module, own):
    """A new interpreter's id."""
    if sys.version_info >= (3, 13):
        return module.create("isolated" if own else "legacy")
    if sys.version_info >= (3, 12):
        return module.create(isolated=own)
    if own:
        raise Refused("interpreters share one lock before 3.12")
    return module.create()


def run(module, interpreter, code):
    error = module.run_string(interpreter, code)
    if error:
        raise RuntimeError(error)


def come_and_go(module, own, end):
    count = 0
    while time.monotonic() < end or count == 0:
        one = make(module, own)
        run(module, one, CODE.format("passing", time.monotonic() + 0.01))
        module.destroy(one)
        count += 1
    return count


def main():
    seconds, own = float(sys.argv[1]), sys.argv[2] == "own"
    module = find_module()
    staying = {name: make(module, own) for name in range(STAYING)}
    print("ready", flush=True)
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=run, args=(module, one, CODE.format(name, end))) for name, one in staying.items()]
    for thread in threads:
        thread.start()
    count = come_and_go(module, own, end)
    for thread in threads:
        thread.join()
    for one in staying.values():
        module.destroy(one)
    print(json.dumps({"ids": {name: int(one) for name, one in staying.items()}, "passed": count}))


if __name__ == "__main__":
    try:
        main()
    except Refused as reason:
        print(json.dumps({"refused": str(reason)}))
        sys.exit(77)
