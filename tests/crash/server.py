"""A server that the crash tests start, kill and start again on one data folder."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import time


class Server:
    def __init__(self, binary, data, log):
        self.binary, self.data, self.log = binary, data, log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def start(self):
        """Starts the process and returns the seconds until it was ready."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [self.binary, "serve", "--demo", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"],
            stdout=self.log, stderr=self.log, env={**os.environ, "CINNABAR_LOG_LEVEL": "warning"})
        while time.monotonic() - began < 60:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return time.monotonic() - began
            except OSError:
                pass
            time.sleep(0.01)
        raise RuntimeError("the server did not become ready")

    def deploy(self, package):
        """Into the running server, as an administrator would."""
        subprocess.run([self.binary, "deploy", "--data", self.data, package], check=True, stdout=self.log, stderr=self.log)

    def replay(self):
        """What is wrong when every history is folded again; empty when nothing is. Stop it first."""
        done = subprocess.run([self.binary, "replay", "--all", "--data", self.data], capture_output=True, text=True)
        return "" if done.returncode == 0 else "replay: " + (done.stdout + done.stderr)[-500:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=15) != 0:
            raise RuntimeError(f"SIGTERM ended the server with {self.process.returncode}")

    def code(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        basic = base64.b64encode(b"admin:admin").decode()
        connection.request("GET", "/accounts/api/security/get/", headers={"Authorization": "Basic " + basic})
        return json.loads(connection.getresponse().read())["result"]["security"]
