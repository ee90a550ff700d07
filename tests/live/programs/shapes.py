"""
Stacks of many shapes, one after the other, SECONDS each and all of them several times: coroutines, generators, decorators,
lambdas, class bodies, names and files in other scripts, modules in a zip archive, code of the file <string>, a function of
thousands of lines, the frozen importlib.

    python shapes.py SECONDS FOLDER

Each shape ends in a function of its own, whose name begins with "leaf_" and which calls no Python. True: while it runs,
the stack is what the last line says, as the interpreter itself told it: names and files from the outermost frame on.
FOLDER takes the modules that are made.
"""
import asyncio
import functools
import importlib
import json
import os
import sys
import time
import zipfile

ROUNDS = 3  # who looks on may miss one
CHAINS = {}  # of each leaf: all that it was called by
SECONDS = float(sys.argv[1])
FOLDER = sys.argv[2]
LEAF = """
def leaf_{name}(chains, tell, seconds, now):
    tell(chains)
    end = now() + seconds
    while now() < end:
        total = 0
        for i in range(20000):
            total += i & 7
    return total
"""


def tell(chains):
    frame, chain = sys._getframe(1), []
    leaf = frame.f_code.co_name
    while frame:
        chain.insert(0, [frame.f_code.co_filename, frame.f_code.co_name])
        frame = frame.f_back
    if chain not in chains.setdefault(leaf, []):
        chains[leaf].append(chain)


def leaf(name, filename="<string>"):
    """A new function leaf_NAME() of that file."""
    scope = {}
    exec(compile(LEAF.format(name=name), filename, "exec"), scope)
    function = scope["leaf_" + name]
    return functools.partial(function, CHAINS, tell, SECONDS, time.monotonic)


# Coroutines: a task's whole chain of awaits.

async def innermost(compute):
    await asyncio.sleep(0)
    return compute()


async def middle(compute):
    return await innermost(compute)


async def outermost(compute):
    return await middle(compute)


async def asynchronous_generator(compute):
    yield await middle(compute)


async def drawing(compute):
    return [item async for item in asynchronous_generator(compute)]


class Awaitable:
    def __init__(self, compute):
        self.compute = compute

    def __await__(self):
        yield
        return self.compute()


async def awaiting_an_object(compute):
    return await Awaitable(compute)


async def gathered(compute):
    return await asyncio.gather(outermost(compute), drawing(compute))


def coroutines():
    loop = asyncio.new_event_loop()
    try:
        for name, function in (("awaited", outermost), ("drawn", drawing), ("object", awaiting_an_object),
                               ("gathered", gathered)):
            loop.run_until_complete(function(leaf(name)))
    finally:
        loop.close()


# Generators.

def generator(compute):
    yield compute()


def delegating(compute, levels):
    if levels:
        yield from delegating(compute, levels - 1)
    else:
        yield from generator(compute)


def generators():
    for _ in delegating(leaf("delegated"), 20):
        pass
    inside = leaf("comprehended")
    list(sum(item for item in (len(str(step())) for step in [inside] * 1)) for _ in range(1))
    thrown = leaf("thrown")

    def catching():
        try:
            yield
        except ValueError:
            yield thrown()

    waiting = catching()
    next(waiting)
    waiting.throw(ValueError())


# Functions in other clothes.

def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)
    return wrapper


@decorated
@decorated
def in_decorators(compute):
    return compute()


class Callable:
    def __init__(self, compute):
        self.compute = compute

    def __call__(self):
        return self.compute()

    @property
    def value(self):
        return self.compute()

    def __lt__(self, other):
        self.compute()
        return False

    @staticmethod
    def static(compute):
        return compute()


def clothes():
    in_decorators(leaf("decorated"))
    (lambda compute: (lambda: compute())())(leaf("lambda"))

    def one(compute):
        def other():
            return compute()
        return other()

    one(leaf("nested"))
    run = leaf("class_body")

    class Body:
        class Within:
            run()

    Callable(leaf("called"))()
    Callable(leaf("property")).value
    sorted([Callable(leaf("sorted")), Callable(lambda: None)])
    Callable.static(leaf("static"))
    exec("def executed(compute):\n    return compute()\nexecuted(compute)", {"compute": leaf("executed")})
    eval("compute()", {"compute": leaf("evaluated")})
    importlib._bootstrap._call_with_frames_removed(leaf("frozen"))


# Modules.

MODULE = "def {name}(compute):\n    return compute()\n"


def write(name, text):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(text.encode("utf-8"))


def modules():
    sys.path.insert(0, FOLDER)
    for number, name in enumerate(("café", "вычисление", "計算", "𐐀𠀀")):
        write(name + ".py", MODULE.format(name=name))
        importlib.invalidate_caches()
        getattr(importlib.import_module(name), name)(leaf("module_%d" % number, "/" + name))
    archive = os.path.join(FOLDER, "packed.zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("packed.py", MODULE.format(name="zipped"))
    sys.path.insert(0, archive)
    importlib.import_module("packed").zipped(leaf("zipped"))


@functools.lru_cache()
def make_long_function():
    """The line table of it has more than 32 KiB; it calls from its end."""
    lines = ["def long_one(compute):", "    x = 0"]
    lines += ["    x = (x + %d) & 255" % i for i in range(17000)]
    scope = {}
    exec(compile("\n".join(lines + ["    return compute()"]), "<long>", "exec"), scope)
    code = scope["long_one"].__code__
    return scope["long_one"], len(code.co_linetable if hasattr(code, "co_linetable") else code.co_lnotab)


def long_function():
    make_long_function()[0](leaf("long"))


def main():
    print("ready", flush=True)
    for shape in (coroutines, generators, clothes, modules, long_function) * ROUNDS:
        shape()
    print(json.dumps({"chains": CHAINS, "line_table": make_long_function()[1]}))


main()
