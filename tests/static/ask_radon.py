"""
What radon says about files: run by a Python of at most 3.11, whose tokens are those that radon was made for.

    python3 -I tests/static/ask_radon.py FOLDER STEP

has radon in FOLDER, reads names of files from stdin, one a line, and prints for each a line of JSON, or null where radon
does not say anything. Lines are counted in every STEP-th file, for that takes long.
"""
import ast
import json
import signal
import sys
import tokenize

PATIENCE = 20  # seconds for one file
RAW = ("loc", "lloc", "sloc", "comments", "multi", "blank", "single_comments")


def complexities(tree, visitor):
    """[line, name, number] of each definition, and the module's number."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(["function", node.lineno, node.name, visitor.from_ast(node).functions[0].complexity])
        elif isinstance(node, ast.ClassDef):
            found.append(["class", node.lineno, node.name, visitor.from_ast(node).classes[0].real_complexity])
    return sorted(found), visitor.from_ast(tree).complexity


def answer(path, visitors, raw, with_lines):
    with tokenize.open(path) as file:
        text = file.read()
    definitions, module = complexities(ast.parse(text), visitors.ComplexityVisitor)
    return {"definitions": definitions, "module": module,
            "raw": dict(zip(RAW, raw.analyze(text))) if with_lines else None}


class Late(Exception):
    pass


def be_late(*_):
    raise Late


def main():
    sys.path.insert(0, sys.argv[1])
    sys.setrecursionlimit(20000)
    signal.signal(signal.SIGALRM, be_late)
    from radon import raw, visitors
    for number, line in enumerate(sys.stdin):
        signal.alarm(PATIENCE)
        try:
            said = answer(line.rstrip("\n"), visitors, raw, number % int(sys.argv[2]) == 0)
        except (SyntaxError, ValueError, RecursionError, tokenize.TokenError, Late):
            said = None
        signal.alarm(0)
        print(json.dumps(said))


if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    main()
