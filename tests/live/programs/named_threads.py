"""
Threads with all kinds of names, which wait for ever; one of them in a subinterpreter, where there is a module for that.

    python named_threads.py

True: the line after "ready" is a JSON object from each thread's name to its kernel thread id, as the program itself sees it.
"""
import importlib
import json
import os
import sys
import threading


def native_id():
    """3.6 and 3.7 have no threading.get_native_id."""
    return int(os.readlink("/proc/thread-self").rsplit("/", 1)[1])


class WithAttributes(threading.Thread):
    """Its attributes are more than a table of shared keys holds."""

    def __init__(self, **options):
        for i in range(40):
            setattr(self, "attribute_%d" % i, i)
        super().__init__(**options)


class WithSlots(threading.Thread):
    __slots__ = ("first", "second")

    def __init__(self, **options):
        super().__init__(**options)
        self.first = self.second = self


class WithDict(threading.Thread):
    """Its attributes are in a dict."""

    def __init__(self, **options):
        super().__init__(**options)
        self.__dict__["a key that is no name"] = vars(self)


INSIDE = """
import os, threading, time
def wait():
    os.write(%d, os.readlink("/proc/thread-self").rsplit("/", 1)[1].encode())
    while True: time.sleep(1000)
threading.Thread(target=wait, name="inside another").start()
while True: time.sleep(1000)
"""


def module_of_interpreters():
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            return importlib.import_module(name)
        except ImportError:
            pass
    return None


def create_interpreter(module):
    """One that may have threads."""
    if sys.version_info >= (3, 13):
        return module.create("legacy")
    return module.create(isolated=False) if sys.version_info >= (3, 9) else module.create()


def begin_subinterpreter(module):
    """The kernel thread id of the thread in it."""
    reader, writer = os.pipe()
    interpreter = create_interpreter(module)
    threading.Thread(target=module.run_string, args=(interpreter, INSIDE % writer), name="outside").start()
    return int(os.read(reader, 100))


begun = threading.Barrier(32)
ids = {}


def wait():
    ids[threading.current_thread().name] = native_id()
    if hasattr(threading, "get_native_id"):
        assert native_id() == threading.get_native_id()
    begun.wait()
    threading.Event().wait()


def make_threads():
    renamed = threading.Thread(target=wait, name="before")
    renamed.name = "after"
    return [
        threading.Thread(target=wait, name="plain-ascii"),
        threading.Thread(target=wait, name="caf\xe9 \xfcber"),
        threading.Thread(target=wait, name="\u7dda\u7a0b\u4e00"),
        threading.Thread(target=wait, name="\U0001f40d snake"),
        threading.Thread(target=wait, name="long " * 100),
        threading.Thread(target=wait),
        threading.Thread(target=wait),
        WithAttributes(target=wait, name="with attributes"),
        WithSlots(target=wait, name="with slots"),
        WithDict(target=wait, name="with dict"),
        renamed,
    ] + [threading.Thread(target=wait, name="one of many %d" % i) for i in range(20)]


def main():
    threads = make_threads()
    for thread in threads:
        thread.start()
    ids["MainThread"] = native_id()
    begun.wait()
    module = module_of_interpreters()
    if module:
        ids["inside another"] = begin_subinterpreter(module)
    print("ready", flush=True)
    print(json.dumps(ids), flush=True)
    threading.Event().wait()


main()
