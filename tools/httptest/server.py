"""Starts and stops the server under test on a free port with a data folder of its own."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

READY_S = 60
STOP_S = 12
LOG_SHOWN_BYTES = 4000


class ServerError(Exception):
    pass


class Server:
    def __init__(self, binary, arguments):
        self.command = [os.path.abspath(binary), "serve", "--demo", *arguments]
        self.folder = tempfile.mkdtemp(prefix="httptest-")
        self.log_path = os.path.join(self.folder, "server.log")
        self.process = None
        self.codes = {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        command = self.command + ["--data", os.path.join(self.folder, "data"), "--listen", f"127.0.0.1:{self.port}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ServerError(f"the server ended with {self.process.returncode} before it was ready\n{self.log()}")
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.05)
        self.process.kill()
        raise ServerError(f"the server was not ready within {READY_S} s\n{self.log()}")

    def deploy(self, package):
        """Into the running server, as an administrator would."""
        command = [self.command[0], "deploy", "--data", os.path.join(self.folder, "data"), os.path.abspath(package)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=self.folder, check=False)
        if done.returncode != 0:
            raise ServerError(f"{package} was not deployed: {done.returncode}\n{done.stdout}{done.stderr}")

    def stop(self):
        """SIGTERM; the server has to drain and end with 0 by itself."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise ServerError(f"the server did not stop within {STOP_S} s of SIGTERM\n{self.log()}") from None
        if status != 0:
            raise ServerError(f"the server ended with {status}\n{self.log()}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        """Stops if need be and removes the data."""
        try:
            if self.process.poll() is None:
                self.stop()
            elif self.process.returncode not in (0, -signal.SIGKILL):
                raise ServerError(f"the server had ended with {self.process.returncode}\n{self.log()}")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        with open(self.log_path, "rb") as file:
            text = file.read()[-LOG_SHOWN_BYTES:].decode("utf-8", "replace")
        return "--- end of the server's log ---\n" + text


class GivenServer:
    """A server somebody else runs (--url)."""

    def __init__(self, url):
        self.url, self.codes = url.rstrip("/"), {}

    def stop(self):
        raise ServerError("@restart and @kill need --binary")

    kill = start = stop

    def deploy(self, package):
        raise ServerError("# deploy: needs --binary")

    def close(self):
        pass

    def log(self):
        return ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
