"""
Interpreters whose files have no symbol tables but the ones that the dynamic linker needs: copies, so only of those that
have their library beside them.
"""
import glob
import os
import shutil
import subprocess

from harness import SUPPORTED, LiveTest, function_of, main, per_interpreter


def prefix(interpreter):
    return os.path.dirname(os.path.dirname(interpreter.path))


def libraries(interpreter):
    return glob.glob(os.path.join(prefix(interpreter), "lib", "libpython3*.so.1.0"))


@per_interpreter([one for one in SUPPORTED if libraries(one)])
class Stripped(LiveTest):
    def strip(self, interpreter):
        """A copy of the interpreter without its symbols, and the environment that it needs."""
        for file in [interpreter.path] + libraries(interpreter):
            copy = os.path.join(self.folder.name, os.path.basename(file))
            shutil.copy(file, copy)
            subprocess.check_call(["strip", "--strip-all", copy])
        environment = dict(os.environ, PYTHONHOME=prefix(interpreter), LD_LIBRARY_PATH=self.folder.name)
        return os.path.join(self.folder.name, os.path.basename(interpreter.path)), environment

    def sampled(self, target, function):
        done = self.record("-q", "-r", "500", "-d", "1", "-o", self.trace, "--pid", str(target.pid))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertTrue(any(function_of(frame) == function for stack in self.stacks() for frame in stack.frames))

    def each_computes(self, interpreter):
        python, environment = self.strip(interpreter)
        self.sampled(self.start_ready(python, "forever.py", env=environment), "spin")

    def each_idles(self, interpreter):
        python, environment = self.strip(interpreter)
        self.sampled(self.start_ready(python, "idle.py", "1000", env=environment), "rest")


if __name__ == "__main__":
    main()
