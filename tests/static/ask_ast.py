"""
What an interpreter's own parser says about files: run by each CPython from 3.6 on, with nothing but its library.

    python3 -I tests/static/ask_ast.py

reads names of files from stdin, one a line, and prints for each a line of JSON, or null if it does not parse.
"""
import ast
import json
import sys

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
HAS_ENDS = sys.version_info >= (3, 8)  # and before that, the line of a definition is that of its decorator


def definition(node, kind):
    first = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
    return [kind, node.name, first] + ([node.lineno, node.end_lineno] if HAS_ENDS else [])


def code_objects(code):
    """[name, first line] of the functions and classes that it is compiled to; what has <> in its name is something else."""
    found, todo = [], [code]
    while todo:
        one = todo.pop()
        todo += [constant for constant in one.co_consts if isinstance(constant, type(code))]
        if "<" not in one.co_name and one.co_name != "__annotate__":
            found.append([one.co_name, one.co_firstlineno])
    return sorted(found)


def facts(tree, path):
    counts = dict.fromkeys(("functions", "methods", "classes", "lambdas", "comprehensions", "imports", "imported_names"), 0)
    definitions = []
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            counts["functions"] += 1
            definitions.append(definition(node, "function"))
        elif isinstance(node, ast.ClassDef):
            counts["classes"] += 1
            definitions.append(definition(node, "class"))
        elif isinstance(node, ast.Lambda):
            counts["lambdas"] += 1
        elif isinstance(node, COMPREHENSIONS):
            counts["comprehensions"] += 1
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            counts["imports"] += 1
            counts["imported_names"] += len(node.names)
        else:
            continue
    counts["methods"] = methods(tree)
    return dict(counts, definitions=sorted(definitions), codes=compiled(tree, path))


def compiled(tree, path):
    try:
        return code_objects(compile(tree, path, "exec", dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, OverflowError):
        return []


def methods(tree):
    """Functions whose innermost definition around them is a class."""
    count, todo = 0, [(tree, False)]
    while todo:
        node, in_class = todo.pop()
        for child in ast.iter_child_nodes(node):
            is_function = isinstance(child, FUNCTIONS)
            count += is_function and in_class
            opens = is_function or isinstance(child, (ast.ClassDef, ast.Lambda) + COMPREHENSIONS)
            todo.append((child, isinstance(child, ast.ClassDef) if opens else in_class))
    return count


def answer(path):
    try:
        with open(path, "rb") as file:
            return facts(ast.parse(file.read(), path), path)
    except (SyntaxError, ValueError, RecursionError):  # ValueError: NUL bytes, before 3.12
        return None


def main():
    sys.setrecursionlimit(20000)
    for line in sys.stdin:
        print(json.dumps(answer(line.rstrip("\n"))))


if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    main()
