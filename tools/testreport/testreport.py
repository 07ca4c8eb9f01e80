#!/usr/bin/env python3
"""Reads a JUnit file of ctest: prints the output of failed tests, then `PASSED FAILED` as its last line.

A program of GoogleTest counts with its test cases; any other test, or a program that died, counts as one.
"""
import re
import sys
import xml.etree.ElementTree

LINES_SHOWN_MAX = 200
PASSED = re.compile(r"^\[  PASSED  \] (\d+) tests?\.", re.M)
FAILED = re.compile(r"^\[  FAILED  \] (\d+) tests?, listed below", re.M)


def count(case):
    """(passed, failed) of one ctest test."""
    output = case.findtext("system-out") or ""
    passed, failed = PASSED.findall(output), FAILED.findall(output)
    if case.get("status") == "run":
        return (int(passed[-1]) if passed else 1), 0
    return (int(passed[-1]) if passed else 0), (int(failed[-1]) if failed else 1)


def report(path):
    passed = failed = 0
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        if case.get("status") in ("disabled", "notrun"):
            print(f"=== {case.get('name')} did not run")
            failed += 1
            continue
        good, bad = count(case)
        passed, failed = passed + good, failed + bad
        if bad:
            lines = (case.findtext("system-out") or "").splitlines()
            shown = [line for line in lines if not re.match(r"^\[( RUN  |       OK|----------)", line)]
            print(f"=== {case.get('name')} failed\n" + "\n".join(shown[-LINES_SHOWN_MAX:]))
    print(f"{passed} {failed}")


if __name__ == "__main__":
    report(sys.argv[1])
