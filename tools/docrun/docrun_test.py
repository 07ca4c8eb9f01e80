#!/usr/bin/env python3
"""Tests of docrun.py."""
import os
import subprocess
import sys
import tempfile
import unittest

DOCRUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "docrun.py")


def run(text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([sys.executable, DOCRUN, "--url", "http://127.0.0.1:9", path], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode("utf-8")


class DocrunTest(unittest.TestCase):
    def test_runs_marked_blocks_only_and_replaces_the_address(self):
        status, output = run("```sh\nexit 1\n```\n<!-- run; expect: at http://127.0.0.1:9/x; expect: two -->\n\n```sh\n"
                             "echo at http://127.0.0.1:8080/x\necho two\n```\n")
        self.assertEqual((status, output.splitlines()[-1]), (0, "1 passed, 0 failed"), output)

    def test_a_failing_command_fails_the_block(self):
        status, output = run("<!-- run -->\n```sh\nfalse\necho on\n```\n")
        self.assertEqual((status, output.splitlines()[-1]), (1, "0 passed, 1 failed"), output)

    def test_missing_output_fails_the_block(self):
        status, output = run("<!-- run; expect: three -->\n```sh\necho two\n```\n")
        self.assertEqual(status, 1, output)
        self.assertIn("does not hold three", output)

    def test_a_page_without_a_block_fails(self):
        self.assertEqual(run("nothing\n")[0], 1)


if __name__ == "__main__":
    unittest.main()
