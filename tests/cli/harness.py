"""Runs the binary under test in folders of its own, and talks to a server it started."""
import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else os.path.join(ROOT, "build/release/cinnabar")
READY_S = 60
STOP_S = 12
LISTENING = re.compile(rb"serving at (https?)://127\.0\.0\.1:(\d+)/")


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def json(self):
        return json.loads(self.out)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="cinnabar-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = os.path.join(self.folder, "data")

    def cinnabar(self, *arguments, stdin="", env=None):
        """Runs one command to its end in the test's folder."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CINNABAR_")}
        environment.update(env or {})
        return Result(subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, text=True, timeout=120,
                                     cwd=self.folder, env=environment))

    def serve(self, *arguments, data=None, env=None):
        server = Server(self.folder, data or self.data, arguments, env)
        self.addCleanup(server.kill)
        server.wait_until_ready()
        return server


class Server:
    def __init__(self, folder, data, arguments, env=None):
        self.log_path = os.path.join(folder, f"server-{time.monotonic_ns()}.log")
        listen = [] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CINNABAR_")}
        environment.update(env or {})
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([BINARY, "serve", "--data", data, *listen, *arguments],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment)
        self.url = None

    def log(self):
        with open(self.log_path, "rb") as file:
            return file.read()

    def wait_until_ready(self):
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.log().decode()}")
            match = LISTENING.search(self.log())
            if match:
                self.url = f"{match.group(1).decode()}://127.0.0.1:{match.group(2).decode()}"
                return
            time.sleep(0.02)
        raise AssertionError("the server was not ready in time: " + self.log().decode())

    def call(self, method, path, body=None, user=None, headers=None):
        """(status, headers, bytes); `user` signs in with their own name as the password."""
        request = urllib.request.Request(self.url + path, method=method)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if user:
            request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{user}".encode()).decode())
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def get_json(self, path, user=None):
        status, _, body = self.call("GET", path, user=user)
        assert status == 200, (status, body)
        return json.loads(body)

    def stop(self):
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
