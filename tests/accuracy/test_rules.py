#!/usr/bin/python3
"""That the checker finds each kind of impossible stack, and lets pass what the programs really do."""
import os
import unittest

import record
import rules
import stacks


def line_of(name, text, nth=0):
    with open(record.program(name), encoding="utf-8") as file:
        return [number for number, line in enumerate(file, 1) if text in line][nth]


class RulesTest(unittest.TestCase):
    program = ""

    def setUp(self):
        self.rules = rules.Rules(record.program(self.program))

    def frame(self, name, text="", nth=0, file=None):
        line = line_of(self.program, text, nth) if text else self.rules.functions[name].first
        return stacks.Frame(name, file or "/somewhere/" + self.program, line)

    def assert_kind(self, kind, stack, reason=""):
        verdict = self.rules.judge(stack)
        self.assertEqual(verdict.kind, kind, verdict.reason)
        self.assertIn(reason, verdict.reason)


class Calls(RulesTest):
    program = "calls.py"

    def setUp(self):
        super().setUp()
        self.head = [self.frame("<module>", "main()  # -> main"), self.frame("main", "-> generation"),
                     self.frame("generation", "-> loop"), self.frame("loop", "-> caller_a")]

    def test_a_stack_that_can_be(self):
        deepest = [self.frame("caller_a", "-> middle_a"), self.frame("middle_a", "-> inner_a"),
                   self.frame("inner_a", "-> leaf_a"), self.frame("leaf_a")]
        self.assert_kind(rules.OWN, self.head + deepest)
        for length in range(1, len(self.head + deepest)):
            self.assert_kind(rules.OWN, (self.head + deepest)[:length])

    def test_the_other_branch(self):
        self.assert_kind(rules.IMPOSSIBLE, self.head + [self.frame("caller_a", "-> middle_a"), self.frame("leaf_b")],
                         "does not call leaf_b")
        self.assert_kind(rules.IMPOSSIBLE, self.head + [self.frame("caller_b")], "does not call caller_b")

    def test_a_line_that_calls_another_function(self):
        # caller_a calls both, but middle_a from another line.
        self.assert_kind(rules.OWN, self.head + [self.frame("caller_a", "-> middle_a"), self.frame("middle_a")])
        self.assert_kind(rules.IMPOSSIBLE, self.head + [self.frame("caller_a", "-> leaf_a", 3), self.frame("middle_a")],
                         "does not call middle_a")

    def test_a_line_that_calls_nothing(self):
        self.assert_kind(rules.IMPOSSIBLE, self.head + [self.frame("caller_a"), self.frame("leaf_a")])

    def test_a_line_of_another_function(self):
        wrong = self.frame("leaf_a")._replace(line=self.frame("leaf_b").line)
        self.assert_kind(rules.IMPOSSIBLE, self.head + [self.frame("caller_a", "-> leaf_a", 3), wrong], "is not in leaf_a")

    def test_a_stack_without_its_head_or_with_a_hole(self):
        self.assert_kind(rules.IMPOSSIBLE, self.head[1:], "main has no caller")
        self.assert_kind(rules.IMPOSSIBLE, self.head[:2] + self.head[3:], "does not call loop")

    def test_a_frame_twice(self):
        self.assert_kind(rules.IMPOSSIBLE, self.head + self.head[-1:], "does not call loop")

    def test_a_function_that_there_is_not(self):
        self.assert_kind(rules.IMPOSSIBLE, self.head + [self.head[-1]._replace(name="leaf_c")])

    def test_a_generation_is_a_module_once_more(self):
        again = [self.frame("generation", "exec(code"), self.frame("<module>", "def leaf_a")]
        self.assert_kind(rules.OWN, self.head[:2] + again)

    def test_code_of_the_library(self):
        shuffle = stacks.Frame("Random.shuffle", "/usr/lib/random.py", 300)
        self.assert_kind(rules.OWN, self.head[:1] + [self.frame("main", "random.shuffle"), shuffle])
        self.assert_kind(rules.IMPOSSIBLE, self.head + [shuffle], "does not call shuffle")
        self.assert_kind(rules.IMPOSSIBLE, self.head[:1] + [self.frame("main", "random.shuffle"), shuffle, self.head[2]],
                         "does not call generation")
        self.assert_kind(rules.OUTSIDE, [shuffle])

    def test_an_unreadable_frame_is_lost_and_not_impossible(self):
        self.assert_kind(rules.UNREADABLE, self.head + [stacks.Frame("<unreadable>", "", 0)])

    def test_what_is_no_function(self):
        self.assert_kind(rules.OWN, self.head + [self.frame("caller_a"), stacks.Frame("<GC>", "", 0)])

    def test_a_profiler_that_knows_no_line(self):
        unknown = self.frame("caller_a")._replace(line=stacks.NO_LINE)
        self.assert_kind(rules.OWN, self.head + [unknown, self.frame("leaf_a")])
        self.assert_kind(rules.IMPOSSIBLE, self.head + [unknown, self.frame("leaf_b")])

    def test_the_library_alone_amidst_the_program(self):
        library = [stacks.Frame("x", "/usr/lib/x.py", 1)]
        self.assertEqual(self.rules.judge_order([(library, 1), (self.head, 1), (library, 1)]), [])
        self.assertEqual(len(self.rules.judge_order([(self.head, 1), (library, 1), (self.head, 1)])), 1)


class Generators(RulesTest):
    program = "generators.py"

    def setUp(self):
        super().setUp()
        self.head = [self.frame("<module>", "main()  # -> main"), self.frame("main", "-> loop"),
                     self.frame("loop", "-> consumer_a"), self.frame("consumer_a", "-> relay_a")]

    def test_generators_that_delegate(self):
        self.assert_kind(rules.OWN, self.head + [self.frame("relay_a", "-> source_a"), self.frame("source_a", "-> leaf_a"),
                                                 self.frame("leaf_a")])
        self.assert_kind(rules.IMPOSSIBLE, self.head + [self.frame("relay_a", "-> source_a"), self.frame("source_b")])

    def test_instructions_that_begin_a_generator_have_no_line_and_call_nothing(self):
        lineless = self.frame("relay_a")._replace(line=0)
        self.assert_kind(rules.OWN, self.head + [lineless])
        self.assert_kind(rules.IMPOSSIBLE, self.head + [lineless, self.frame("source_a")])
        self.assert_kind(rules.IMPOSSIBLE, self.head[:3] + [self.frame("consumer_a")._replace(line=0)], "is not in consumer_a")


class MadeCode(RulesTest):
    program = "made_code.py"

    def made(self, number, branch="a", shift=2, **changed):
        name = "made_%s_%d" % (branch, number)
        frame = stacks.Frame(name, "<%s>" % name, number % self.rules.shift + shift)._replace(**changed)
        return [self.frame("<module>", "main()  # -> main"), self.frame("main", "-> loop"),
                self.frame("loop", "-> caller_a"), self.frame("caller_a", "made(n)"), frame]

    def test_made_code_that_can_be(self):
        self.assert_kind(rules.OWN, self.made(7))
        self.assert_kind(rules.OWN, self.made(1234))

    def test_mixtures(self):
        self.assert_kind(rules.IMPOSSIBLE, self.made(7, name="made_a_8"), "in the file <made_a_7>")
        self.assert_kind(rules.IMPOSSIBLE, self.made(7, line=9 + self.rules.shift // 2), "which begins in line 8")
        self.assert_kind(rules.IMPOSSIBLE, self.made(7, "b"), "does not call made_b_7")

    def test_code_that_is_gone(self):
        runs = [(self.made(number), 1) for number in (3, 4, 4, 9)]
        self.assertEqual(self.rules.judge_order(runs), [])
        self.assertEqual(len(self.rules.judge_order(runs + [(self.made(8), 1)])), 1)


class Threads(RulesTest):
    program = "threads.py"

    def thread(self, index, root="_bootstrap"):
        library = [stacks.Frame(name, "/usr/lib/threading.py", 9) for name in (root, "_bootstrap_inner", "run")]
        return library + [self.frame("work_%d" % index, "-> caller_%d" % index), self.frame("caller_%d" % index)]

    def test_a_thread_that_can_be(self):
        self.assert_kind(rules.OWN, self.thread(2))
        self.assert_kind(rules.OWN, [one._replace(name="Thread." + one.name) if "threading" in one.file else one
                                     for one in self.thread(2)])

    def test_a_root_that_is_none(self):
        self.assert_kind(rules.IMPOSSIBLE, self.thread(2, "run"), "is the outermost")
        self.assert_kind(rules.IMPOSSIBLE, self.thread(2)[3:], "work_2 has no caller")

    def test_another_threads_frames(self):
        self.assert_kind(rules.IMPOSSIBLE, self.thread(2)[:4] + self.thread(1)[4:], "does not call caller_1")
        self.assertEqual(len(self.rules.judge_order([(self.thread(2), 1), (self.thread(1), 1)])), 1)
        self.assertEqual(self.rules.judge_order([(self.thread(2), 1), (self.thread(2), 1)]), [])


class Reading(unittest.TestCase):
    def test_frames(self):
        self.assertEqual(stacks.parse_frame("a b (x (1).py:12)"), stacks.Frame("a b", "x (1).py", 12))
        self.assertEqual(stacks.parse_frame("f (<string>)"), stacks.Frame("f", "<string>", 0))
        self.assertEqual(stacks.parse_frame("<unreadable>"), stacks.Frame("<unreadable>", "", 0))
        self.assertEqual(stacks.parse_frame("a\\x0ab (c\\u202e.py:1)"), stacks.Frame("a\nb", "c\u202e.py", 1))

    def test_collapsed_stacks(self):
        self.assertEqual(stacks.parse_collapsed("f (a.py:1);g (a.py:2) 3\nf (a.py:1) 1\n"),
                         {(stacks.Frame("f", "a.py", 1), stacks.Frame("g", "a.py", 2)): 3, (stacks.Frame("f", "a.py", 1),): 1})

    def test_what_was_kept(self):
        text = "Total samples collected: 196\n…\nRecording: 1.000 s, 98 ticks, 98.0 per second (asked: 100.0); the end\n" \
               "Loss: 5 late, 7 torn, 1 dropped, 1 missed\n"
        self.assertEqual(stacks.parse_loss(text), stacks.Loss(196, 98, 1, 1))
        self.assertAlmostEqual(stacks.kept(stacks.parse_loss(text)), 0.98)
        self.assertEqual(stacks.kept(stacks.Loss(0, 0, 0, 0)), 0.0)

    def test_every_mark_of_every_program_names_something(self):
        for name in sorted(os.listdir(record.program("."))):
            if not name.endswith(".py"):
                continue
            program_rules = rules.Rules(record.program(name))
            for line, callees in program_rules.calls.items():
                for callee in callees:
                    known = callee in program_rules.functions or callee in (rules.LIBRARY, "<listcomp>") or \
                        callee.strip("<>").endswith("_*")
                    self.assertTrue(known, "%s, line %d: %s" % (name, line, callee))


if __name__ == "__main__":
    unittest.main()
