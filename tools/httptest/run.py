#!/usr/bin/env python3
"""Runs .httptest transcripts against a server.

Usage: run.py (--binary build/release/cinnabar | --url http://127.0.0.1:8080) [--filter TEXT] [--verbose] PATH...
A PATH is a file, a folder or a glob pattern. Ends with `N passed, N failed` (steps) and exits 1 on a failure.
The format is described in README.md beside this file.
"""
import argparse
import glob
import http.client
import os
import sys
import time

import exchange
import pattern
import server as servers
import transcript

STEP_ERRORS = (exchange.MacroError, pattern.PatternError, servers.ServerError, OSError, http.client.HTTPException, ValueError)
RETRY_PAUSE_S = 0.1


class Runner:
    def __init__(self, options):
        self.options = options
        self.passed, self.failed = 0, 0
        self.shared = {}

    def run(self, paths):
        for path in paths:
            try:
                self.run_file(transcript.read(path))
            except (transcript.FormatError, servers.ServerError, OSError) as error:
                self.fail(path, str(error))
        for name, server in self.shared.items():
            self.close(f"shared server {name}", server)
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0

    def fail(self, where, text):
        self.failed += 1
        print(f"FAIL {where}\n     " + text.rstrip().replace("\n", "\n     "), flush=True)

    def close(self, where, server):
        try:
            server.close()
        except servers.ServerError as error:
            self.fail(where, str(error))

    def server_for(self, file):
        if self.options.url:
            return servers.GivenServer(self.options.url), False
        if file.server:
            key = " ".join([file.server, *file.server_args])
            if key not in self.shared:
                self.shared[key] = servers.Server(self.options.binary, file.server_args)
            return self.shared[key], False
        return servers.Server(self.options.binary, file.server_args), True

    def run_file(self, file):
        started, failed_before = time.monotonic(), self.failed
        server, own = self.server_for(file)
        scope = exchange.Scope(server.url, file.variables, server.codes)
        try:
            for package in file.deploy:
                server.deploy(package)
        except servers.ServerError:
            if own:
                server.close()
            raise
        for step in file.steps:
            self.run_step(file, step, scope, server)
        if own:
            self.close(file.path, server)
        if self.failed == failed_before:
            print(f"ok   {file.path} ({len(file.steps)} steps, {time.monotonic() - started:.1f} s)", flush=True)

    def run_step(self, file, step, scope, server):
        where = f"{step.path}:{step.line}: {step.name}"
        try:
            retry_s, repeat = self.apply_directives(step, server)
            deadline = time.monotonic() + retry_s
            for _ in range(repeat):
                mismatches, shown = self.attempt(file, step, scope)
                while mismatches and time.monotonic() < deadline:
                    time.sleep(RETRY_PAUSE_S)
                    mismatches, shown = self.attempt(file, step, scope)
                if mismatches:
                    break
        except STEP_ERRORS as error:
            self.fail(where, f"{type(error).__name__}: {error}")
            return
        if mismatches:
            self.fail(where, shown + "\n" + "\n".join("  " + line for line in mismatches))
        else:
            self.passed += 1
            if self.options.verbose:
                print(f"--   {where}\n{shown}", flush=True)

    def apply_directives(self, step, server):
        retry_s, repeat = 0.0, 1
        for word, value in step.directives:
            if word == "retry":
                retry_s = float(value.rstrip("s"))
            elif word == "repeat":
                repeat = int(value)
            elif word == "wait":
                time.sleep(float(value.rstrip("s")))
            else:
                server.stop() if word == "restart" else server.kill()
                server.start()
        return retry_s, repeat

    def attempt(self, file, step, scope):
        mismatches, shown = [], ""
        if step.request_line is not None:
            request = exchange.Request(step, scope)
            answer = exchange.send(scope.url, request.method, request.target, request.headers, request.body)
            mismatches = exchange.compare(step, answer, scope, file.ordered)
            shown = request.show() + "\n" + exchange.show_answer(answer)
        if not mismatches:
            for check in step.checks:
                mismatches += exchange.run_check(check, scope)
        return mismatches, shown


def find_paths(names, wanted):
    """Every transcript the arguments name. A file whose name starts with _ is only there to be included."""
    found = set()
    for name in names:
        if os.path.isdir(name):
            name = os.path.join(name, "**", "*.httptest")
        found.update(glob.glob(name, recursive=True) if glob.has_magic(name) else [name])
    return sorted(path for path in found if not os.path.basename(path).startswith("_") and (not wanted or wanted in path))


def main():
    parser = argparse.ArgumentParser(description="Runs request and answer transcripts.")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--binary", help="start this server for each file (or group of files)")
    group.add_argument("--url", help="use a server that is running")
    parser.add_argument("--filter", help="only files whose path contains this")
    parser.add_argument("--verbose", action="store_true", help="print every exchange")
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args()
    paths = find_paths(options.paths, options.filter)
    if not paths:
        print("no transcript found", file=sys.stderr)
        return 2
    return Runner(options).run(paths)


if __name__ == "__main__":
    sys.exit(main())
