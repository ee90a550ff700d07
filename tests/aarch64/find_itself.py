"""
An interpreter reads its own memory by the row of its version, and must find itself: CPython 3.7 to 3.12, which do not tell
their own offsets.

    python find_itself.py ROWS

ROWS is the file with the rows of this machine. Prints what was compared; the exit status is 1 if anything differs.
"""
import ctypes
import re
import sys
import threading

def read_rows(path):
    """[(first version, last version, {"group.field": number or None})]"""
    with open(path) as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    for first, last, body in re.findall(r"\.version_first = (\w+),\s*\.version_last = (\w+),(.*?)\n\},", text, re.S):
        fields = {}
        for group, members in re.findall(r"\.(\w+) = \{(.*?)\}", body, re.S):
            for name, value in re.findall(r"\.(\w+)\s*=\s*([\w~]+)", members):
                fields[group + "." + name] = int(value) if value.isdigit() else None
        yield int(first, 16), int(last, 16), fields


def pointer(base, offset):
    return ctypes.c_uint64.from_address(base + offset).value


def found(row):
    """(what, what the row leads to, what it is)"""
    runtime = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime"))
    interpreter = pointer(runtime, row["runtime.interpreters_head"])
    thread = pointer(interpreter, row["interpreter.threads_head"])
    yield "the thread's interpreter", pointer(thread, row["thread.interpreter"]), interpreter
    yield "the thread's ident", pointer(thread, row["thread.thread_id"]), threading.get_ident()
    if row["thread.native_thread_id"] is not None:
        yield "the kernel's id", pointer(thread, row["thread.native_thread_id"]), threading.get_native_id()
    if row["runtime.tstate_current"] is not None:
        yield "the holder of the GIL", pointer(runtime, row["runtime.tstate_current"]), thread
    else:
        gil = pointer(interpreter, row["interpreter.gil"])
        yield "the GIL is locked", pointer(gil, row["gil.locked"]) & 0xffffffff, 1
        yield "the holder of the GIL", pointer(gil, row["gil.last_holder"]), thread
    # Without a call, whose frame would be the innermost one.
    frame = ctypes.c_uint64.from_address(thread + row["thread.frame"]).value
    if row["thread.cframe_frame"] is not None:
        frame = ctypes.c_uint64.from_address(frame + row["thread.cframe_frame"]).value
    python_frame = sys._getframe()
    code = python_frame.f_code
    yield "the innermost frame's code", pointer(frame, row["frame.code"]), id(code)
    caller = pointer(frame, row["frame.previous"])
    yield "its caller's code", pointer(caller, row["frame.code"]), id(python_frame.f_back.f_code)
    yield "the code's name", pointer(id(code), row["code.name"]), id(code.co_name)
    yield "the code's file", pointer(id(code), row["code.filename"]), id(code.co_filename)
    yield "the code's first line", pointer(id(code), row["code.first_line"]) & 0xffffffff, code.co_firstlineno
    yield "the name's text", ctypes.string_at(id(code.co_name) + row["unicode.ascii_data"]), code.co_name.encode()


def main():
    rows = [row for first, last, row in read_rows(sys.argv[1]) if first <= sys.hexversion <= last]
    status = 0
    for what, seen, expected in found(rows[0]):
        print("%s: %s" % (what, "ok" if seen == expected else "%r, not %r" % (seen, expected)))
        status |= seen != expected
    return status


sys.exit(main())
