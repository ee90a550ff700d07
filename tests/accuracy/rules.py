"""
Which stacks a program can have: read from the marks in its source, and held against the stacks of a profile.

The marks are comments: "-> NAME ..." behind a line names all that the line may call, "<library>" being any code of other
files, NAME_* any number in the place of the star, and <NAME_*> the module of such code; "thread" behind a function's
head says that a thread begins with it. An import may call any code of other files.
"""
import ast
import collections
import os
import re

import stacks

MODULE = "<module>"
LIBRARY = "<library>"

# A function of the program: its lines, whether a thread begins there, and whether some of its instructions have no line
# in CPython's own tables: the first of a module, and those that begin a generator. They call nothing.
Function = collections.namedtuple("Function", "first last thread lineless")
Verdict = collections.namedtuple("Verdict", "kind reason")  # OWN, OUTSIDE, UNREADABLE, IMPOSSIBLE

OWN, OUTSIDE, UNREADABLE, IMPOSSIBLE = "own", "outside", "unreadable", "impossible"

_MARK = re.compile(r"# -> (.+?)\s*$")
_MADE = re.compile(r"^<(\w+_)(\d+)>$")
_NO_FUNCTIONS = ("<GC>", "<native>")  # may stand for what any line does
_DEGRADED = re.compile(r"^<unreadable>$|frames elided")
_FINE = Verdict(OWN, "")


def _impossible(sentence, *values):
    return Verdict(IMPOSSIBLE, sentence % values)


def _is_generator(node):
    return any(isinstance(one, (ast.Yield, ast.YieldFrom)) for one in ast.walk(node))


class Rules:
    """The rules of one program."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            source = file.read()
        self.file = os.path.basename(path)
        lines = source.splitlines()
        tree = ast.parse(source)
        self.calls = {number: set(found.group(1).split()) for number, found in
                      ((number, _MARK.search(line)) for number, line in enumerate(lines, 1)) if found}
        self.functions = {MODULE: Function(1, len(lines), False, True)}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self.calls.setdefault(node.lineno, set()).add(LIBRARY)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                thread = lines[node.lineno - 1].endswith("# thread")
                self.functions[node.name] = Function(node.lineno, node.end_lineno, thread, _is_generator(node))
        self.shift = next((node.value.value for node in tree.body
                           if isinstance(node, ast.Assign) and node.targets[0].id == "SHIFT"), 0)

    # --- frames ---

    def is_own(self, frame):
        return os.path.basename(frame.file) == self.file

    def is_made(self, frame):
        """Of code that the program made, by the frame's file."""
        return bool(self.shift and _MADE.match(frame.file))

    def made_number(self, frame):
        return int(_MADE.match(frame.file).group(2)) if self.is_made(frame) else None

    def _judge_made(self, frame):
        number = self.made_number(frame)
        if frame.name not in (MODULE, frame.file[1:-1]):
            return _impossible("the name %s in the file %s", frame.name, frame.file)
        first = number % self.shift + 1
        if not (first <= frame.line <= first + 3 or frame.name == MODULE and frame.line in (0, 1)):
            return _impossible("line %d of %s, which begins in line %d", frame.line, frame.name, first)
        return None

    def _judge_own(self, frame):
        function = self.functions.get(frame.name)
        if function is None:
            return None if frame.name == "<listcomp>" else _impossible("there is no function %s", frame.name)
        if frame.line == stacks.NO_LINE or frame.line == 0 and function.lineless:
            return None
        if not function.first <= frame.line <= function.last:
            return _impossible("line %d is not in %s", frame.line, frame.name)
        return None

    def _judge_frame(self, frame):
        if self.is_made(frame):
            return self._judge_made(frame)
        return self._judge_own(frame) if self.is_own(frame) else None

    # --- edges ---

    def _callees(self, frame):
        """The names by which a line of the program may mean a frame."""
        if self.is_made(frame):
            general = _MADE.match(frame.file).group(1) + "*"
            return {"<%s>" % general} if frame.name == MODULE else {general}
        return {frame.name} if self.is_own(frame) else {LIBRARY}

    def _permitted(self, caller):
        """What a frame may call, by its line; by its function where a profiler says that it knows no line."""
        function = self.functions.get(caller.name)
        if caller.line == stacks.NO_LINE and function:
            numbers = range(function.first, function.last + 1)
            return set().union(*(self.calls.get(number, set()) for number in numbers))
        return self.calls.get(caller.line, set())

    def _is_inside(self, frame):
        return self.is_own(frame) or self.is_made(frame)

    def _judge_edge(self, caller, callee):
        if self.is_made(caller):
            return _impossible("%s calls nothing, but %s", caller.name, callee.name)
        if self.is_own(caller):
            if self._permitted(caller) & self._callees(callee):
                return None
            return _impossible("%s, line %d, does not call %s", caller.name, caller.line, callee.name)
        if not self._is_inside(callee):
            return None
        function = self.functions.get(callee.name)
        if function and function.thread and caller.name == "run" and os.path.basename(caller.file) == "threading.py":
            return None
        return _impossible("%s of the library does not call %s", caller.name, callee.name)

    def _judge_root(self, frame):
        if self.is_own(frame):
            return None if frame.name == MODULE else _impossible("%s has no caller", frame.name)
        if self.is_made(frame):
            return _impossible("%s has no caller", frame.name)
        if frame.name in ("_bootstrap", "Thread._bootstrap") and os.path.basename(frame.file) == "threading.py":
            return None
        return _impossible("%s of the library is the outermost", frame.name)

    # --- stacks ---

    def judge(self, stack):
        """Whether a stack, outermost first, can be; names may be qualified."""
        stack = [frame._replace(name=frame.name.rsplit(".", 1)[-1]) for frame in stack
                 if frame.file or frame.name not in _NO_FUNCTIONS]
        if any(_DEGRADED.search(frame.name) for frame in stack):
            return Verdict(UNREADABLE, "a frame could not be read")
        if not any(map(self._is_inside, stack)):
            return Verdict(OUTSIDE, "")
        wrong = self._judge_root(stack[0])
        for index, frame in enumerate(stack):
            wrong = wrong or self._judge_frame(frame)
            if index:
                wrong = wrong or self._judge_edge(stack[index - 1], frame)
        return wrong or _FINE

    def judge_order(self, runs):
        """
        What cannot follow each other in one thread: [Verdict]. Runs are [(stack, weight)]. Code of other files alone is
        there before and after the program only, made code comes in the order of its making, and a thread begins with
        one function.
        """
        wrong, highest, entries = [], 0, set()
        inside = [index for index, (stack, _) in enumerate(runs) if any(map(self._is_inside, stack))]
        for index, (stack, _) in enumerate(runs):
            numbers = [self.made_number(frame) for frame in stack if self.is_made(frame)]
            if inside and inside[0] < index < inside[-1] and not any(map(self._is_inside, stack)):
                wrong.append(_impossible("%s alone, amidst the program", stack[-1].name if stack else "nothing"))
            if numbers and min(numbers) < highest:
                wrong.append(_impossible("made code %d after %d", min(numbers), highest))
            highest = max([highest] + numbers)
            entries.update(frame.name for frame in stack if self.is_own(frame) and
                           getattr(self.functions.get(frame.name), "thread", False))
        if len(entries) > 1:
            wrong.append(_impossible("a thread that begins with %s", " and ".join(sorted(entries))))
        return wrong
