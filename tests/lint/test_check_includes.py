#!/usr/bin/env python3
"""The include check finds what is planted, and nothing else."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / ".ci" / "check-includes"


def check(files):
    """The lines that the check prints about a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, str(SCRIPT), folder], stdout=subprocess.PIPE, universal_newlines=True)
    lines = done.stdout.splitlines()
    assert done.returncode == (1 if lines else 0), done.returncode
    return lines


class CheckIncludes(unittest.TestCase):
    def refused(self, name, text, line=1):
        found = check({name: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith("%s:%d: " % (name, line)), found)

    def accepted(self, name, text):
        self.assertEqual(check({name: text}), [])

    def test_include_against_the_arrow(self):
        self.refused("src/target/process.c", '#include "cpython/layout.h"\n')
        self.refused("src/cpython/layout.c", '#include "sampler/clock.h"\n')
        self.refused("src/support/buf.c", '#include "target/memory.h"\n')
        self.refused("src/trace/writer.c", '#include <stdio.h>\n#include "sampler/clock.h"\n', line=2)
        self.refused("src/profile/builder.h", '#include "qa/trace_reader.h"\n')
        self.refused("src/source/lexer.c", '# include "target/memory.h"\n')
        self.refused("formats/text.c", '#include "qa/raw.h"\n')
        self.refused("formats/text.c", '#include "cmd/options.h"\n')
        self.refused("src/sampler/clock.c", '#include "clock.h"\n')
        self.refused("src/cmd/qa_report.c", '#include "trace/block.h"\n')

    def test_include_along_the_arrow(self):
        self.accepted("src/cpython/layout.c", '#include "target/memory.h"\n#include "support/buf.h"\n#include <elf.h>\n')
        self.accepted("formats/pprof.c", '#include "qa/emitter.h"\n#include "profile.pb-c.h"\n')
        self.accepted("src/profile/builder.c", '#include "qa/line_table.h"\n')
        self.accepted("src/cmd/qa_report.c", '#include "cmd/options.h"\n#include "qa/trace_reader.h"\n')

    def test_outside_world(self):
        self.refused("src/trace/reader.c", 'void f(void)\n{\n\tprintf("x");\n}\n', line=3)
        self.refused("formats/text.c", "void f(void)\n{\n\tfprintf( stderr, NULL);\n}\n", line=3)
        self.refused("src/support/buf.c", "int a; /* one\ntwo */ void f(void) { abort(); }\n", line=2)
        self.refused("src/sampler/sampler.c", "void f(void) { sigaction(2, 0, 0); }\n")

    def test_only_looks_like_the_outside_world(self):
        self.accepted("src/cmd/qa_report.c", "void f(void) { exit(1); }\n")
        self.accepted("src/trace/reader.c", '/* printf( */ const char *s = "exit(1)"; // abort()\n')
        self.accepted("src/trace/reader.c", "void f(void) { qa_buf_printf(b); t->abort(x); fprintf(file, s); }\n")

    def test_unknown_folder(self):
        self.refused("src/extra/new.c", "")


if __name__ == "__main__":
    unittest.main()
