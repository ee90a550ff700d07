"""
What this interpreter itself says about the places of its instructions; to be run by each CPython 3.6+.

    python expected.py FILES | compare

compiles the standard library, FILES of its files chosen by a fixed seed, 0 for all, and writes for each code object
    kind, first line, bytes of table, number of instructions     4 int32
    the line table
    line, end line, column, end column                           4 int32 for each two bytes of bytecode
with 0 for a line and -1 for a column that the interpreter does not know. All int32 are little-endian.
"""
import dis
import os
import random
import struct
import sys
import sysconfig
import warnings

LNOTAB, RANGES, LOCATIONS = 1, 2, 3  # enum qa_line_table


def sources():
    library = sysconfig.get_path("stdlib")
    for folder, folders, names in os.walk(library):
        folders[:] = sorted(set(folders) - {"site-packages", "dist-packages", "__pycache__"})
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


def compiled(path):
    """The module's code object, or None for those files that are wrong on purpose."""
    with open(path, "rb") as file:
        text = file.read()
    try:
        return compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None


def with_inner(code):
    waiting = [code]
    while waiting:
        code = waiting.pop()
        yield code
        waiting.extend(const for const in code.co_consts if isinstance(const, type(code)))


def lines_of_starts(code):
    """Up to 3.9: a line counts until the next one starts."""
    starts = dict(dis.findlinestarts(code))
    line = code.co_firstlineno
    for address in range(0, len(code.co_code), 2):
        line = starts.get(address, line)
        yield line


def lines_of_ranges(code):
    lines = [0] * (len(code.co_code) // 2)
    for start, end, line in code.co_lines():
        for unit in range(start // 2, end // 2):
            lines[unit] = line or 0
    return lines


def places(code):
    if sys.version_info < (3, 10):
        return [(line, 0, -1, -1) for line in lines_of_starts(code)]
    lines = lines_of_ranges(code)
    if sys.version_info < (3, 11):
        return [(line, 0, -1, -1) for line in lines]
    return [(line, end_line or 0, -1 if column is None else column, -1 if end_column is None else end_column)
            for line, (_, end_line, column, end_column) in zip(lines, code.co_positions())]


def table(code):
    if sys.version_info < (3, 10):
        return LNOTAB, code.co_lnotab
    return (RANGES if sys.version_info < (3, 11) else LOCATIONS), code.co_linetable


def record(code):
    kind, data = table(code)
    expected = places(code)
    assert len(expected) == len(code.co_code) // 2
    numbers = [number for place in expected for number in place]
    return (struct.pack("<4i", kind, code.co_firstlineno, len(data), len(expected)) + data
            + struct.pack("<%di" % len(numbers), *numbers))


def main():
    warnings.simplefilter("ignore")
    paths = list(sources())
    limit = int(sys.argv[1])
    if limit and limit < len(paths):
        paths = random.Random(20).sample(paths, limit)
    for path in paths:
        module = compiled(path)
        for code in with_inner(module) if module else ():
            sys.stdout.buffer.write(record(code))


main()
