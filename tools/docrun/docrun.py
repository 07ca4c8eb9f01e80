#!/usr/bin/env python3
"""Runs the commands that the documentation shows, so that they stay true.

Usage: docrun.py (--binary build/release/cinnabar | --url http://127.0.0.1:9000) FILE...
A block of sh runs when a comment stands before it: `<!-- run -->`, or `<!-- run; expect: TEXT; expect: TEXT -->` where
each TEXT must be in the output. The block runs in the root of the tree, stops at its first failing command, and finds
the address http://127.0.0.1:8080 replaced by that of a fresh demo server. Ends with `N passed, N failed` (blocks).
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "httptest"))
import server as servers  # noqa: E402

SHOWN_ADDRESS = "http://127.0.0.1:8080"
BLOCK = re.compile(r"^<!-- run(.*?) -->\n+```sh\n(.*?)^```", re.M | re.S)
TIMEOUT_S = 60


def blocks(text):
    """[(line, [expected text], commands)]"""
    return [(text.count("\n", 0, match.start(2)) + 1,
             [part.strip()[len("expect:"):].strip() for part in match.group(1).split(";") if part.strip()], match.group(2))
            for match in BLOCK.finditer(text)]


def run_block(commands, expected, url):
    """Returns what is wrong, or None."""
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands.replace(SHOWN_ADDRESS, url)], cwd=ROOT, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"not done after {TIMEOUT_S} s"
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        return f"exit status {done.returncode}\n{output}"
    missing = [text for text in expected if text not in output]
    return f"the output does not hold {', '.join(missing)}\n{output}" if missing else None


def main():
    parser = argparse.ArgumentParser(description="Runs the commands that the documentation shows.")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--binary")
    group.add_argument("--url")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    passed = failed = 0
    for path in options.files:
        with open(path, encoding="utf-8") as file:
            found = blocks(file.read())
        if not found:
            print(f"FAIL {path}: no block to run")
            failed += 1
            continue
        server = servers.GivenServer(options.url) if options.url else servers.Server(options.binary, [])
        try:
            for line, expected, commands in found:
                wrong = run_block(commands, expected, server.url)
                passed, failed = passed + (wrong is None), failed + (wrong is not None)
                print(f"{'FAIL' if wrong else 'ok  '} {path}:{line}" + (f"\n{wrong}" if wrong else ""), flush=True)
        finally:
            server.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
