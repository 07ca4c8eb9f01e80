#!/usr/bin/env python3
"""Tests of the counting of test results."""
import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import testreport  # noqa: E402


def report(*cases):
    """Each case is (name, status, output); returns the printed lines."""
    text = "".join(f'<testcase name="{name}" status="{status}"><system-out>{output}</system-out></testcase>'
                   for name, status, output in cases)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "junit.xml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"<testsuite>{text}</testsuite>")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            testreport.report(path)
    return printed.getvalue().splitlines()


class TestReportTest(unittest.TestCase):
    def test_counts_the_cases_of_a_program(self):
        self.assertEqual(report(("base", "run", "[==========] 17 tests ran.\n[  PASSED  ] 17 tests.\n"))[-1], "17 0")
        self.assertEqual(report(("base", "run", "[  PASSED  ] 1 test.\n"))[-1], "1 0")

    def test_counts_failed_cases_and_shows_their_output(self):
        lines = report(("base", "fail", "[ RUN      ] A.b\na.cc:1: Failure\n[  PASSED  ] 3 tests.\n[  FAILED  ] 2 tests, listed below:\n"))
        self.assertEqual(lines[-1], "3 2")
        self.assertIn("a.cc:1: Failure", lines)

    def test_other_tests_count_as_one(self):
        self.assertEqual(report(("tidy", "run", "fine"), ("x", "fail", "bad"))[-1], "1 1")

    def test_a_program_that_died_is_a_failure(self):
        self.assertEqual(report(("base", "fail", "[ RUN      ] A.b\nSegmentation fault\n"))[-1], "0 1")

    def test_a_test_that_did_not_run_is_a_failure(self):
        self.assertEqual(report(("base", "notrun", ""))[-1], "0 1")

    def test_no_test_at_all(self):
        self.assertEqual(report()[-1], "0 0")


if __name__ == "__main__":
    unittest.main()
