#!/usr/bin/env python3
"""Webhooks against a real receiver: what is told and what is not, the vendor's signature checked as its own receiver
checks it, attempts after failures, a kill between event and delivery.

Usage: webhook_test.py PATH-OF-CINNABAR
"""
import hashlib
import hmac
import http.server
import json
import os
import sys
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "httptest"))
sys.dont_write_bytecode = True

import server as servers  # noqa: E402

BINARY = os.path.join(ROOT, "build", "release", "cinnabar")
PACKAGE = os.path.join(ROOT, "tests", "dialects", "jodoo", "flows")
JODOO_KEY = "demo-jodoo-key-unlimited"
APP, ENTRY, PLAIN = "6a0000000000000000000001", "6a0000000000000000000002", "6a0000000000000000000003"
SECRET = "test-secret"
SOON_SECONDS = 20
QUIET_SECONDS = 1.5


class Receiver:
    """Keeps what it got and answers with `status`, or with each of `statuses` first."""

    def __init__(self):
        self.got, self.status, self.statuses, self.delay = [], 200, [], 0
        self.arrived = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                with outer.arrived:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    outer.got.append((self.path, headers, body))
                    status = outer.statuses.pop(0) if outer.statuses else outer.status
                    outer.arrived.notify_all()
                time.sleep(outer.delay)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # the sender had waited long enough

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?k=v"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def wait(self, count, seconds=SOON_SECONDS):
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.got) >= count, seconds)
            return list(self.got)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class WebhookTest(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.server = servers.Server(BINARY, ["--set", "connector.allow=127.0.0.1"])
        self.server.deploy(PACKAGE)
        self.session = self.ask("POST", "/api/v1/session", {"user": "admin", "password": "admin"})["code"]

    def tearDown(self):
        self.server.close()
        self.receiver.close()

    def ask(self, method, path, body=None, authorization=None):
        headers = {"Content-Type": "application/json"}
        if path != "/api/v1/session":
            headers["Authorization"] = authorization or f"Bearer {self.session}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def hook(self, **details):
        body = {"name": "hook", "application": "jodoo-flows", "url": self.receiver.url, "format": "jodoo",
                "secret": SECRET, **details}
        return self.ask("POST", "/api/v1/webhooks", body)["id"]

    def start(self, subject):
        return self.ask("POST", "/api/v1/process-instances", {"process": "two", "fields": {"subject": subject}})

    def jodoo(self, path, **body):
        return self.ask("POST", f"/api/v5/app/entry/data/{path}", {"app_id": APP, "entry_id": ENTRY, **body},
                        f"Bearer {JODOO_KEY}")

    def deliveries(self, hook, state=None):
        query = "" if state is None else f"?state={state}"
        return self.ask("GET", f"/api/v1/webhooks/{hook}/deliveries{query}")["items"]

    def state_becomes(self, hook, state):
        deadline = time.monotonic() + SOON_SECONDS
        while time.monotonic() < deadline:
            if [one["state"] for one in self.deliveries(hook)] == [state]:
                return
            time.sleep(0.1)
        self.fail(f"not {state}: {self.deliveries(hook)}")

    def test_a_person_s_record_is_told_in_the_words_of_the_door(self):
        self.hook()
        self.start("表单 \"1\"")
        (path, headers, body), *more = self.receiver.wait(1)
        self.assertEqual(more, [])
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
        self.assertEqual(query["k"], "v")
        # As the vendor's receiver does it: over the text that parsing and printing gives.
        parsed = json.loads(body)
        payload = json.dumps(parsed, ensure_ascii=False, separators=(",", ":"))
        self.assertEqual(payload.encode(), body)
        signed = f"{query['nonce']}:{payload}:{SECRET}:{query['timestamp']}"
        self.assertEqual(headers["x-jdy-signature"], hashlib.sha1(signed.encode()).hexdigest())
        self.assertRegex(headers["x-jdy-deliverid"], "^[0-9a-f]{24}$")
        self.assertEqual(headers["content-type"], "application/json")
        self.assertLess(abs(int(query["timestamp"]) - time.time()), 60)
        self.assertEqual(parsed["op"], "data_create")
        self.assertEqual(parsed["data"]["subject"], "表单 \"1\"")
        self.assertEqual(parsed["data"]["formName"], "Request")
        self.assertEqual(parsed["data"]["creator"]["username"], "admin")
        self.assertEqual(parsed["data"]["flowState"], 0)
        self.assertLess(abs(parsed["opTime"] / 1000 - time.time()), 60)

    def test_the_native_words_are_signed_too(self):
        self.hook(format="native", form="request")
        self.start("one")
        (_, headers, body), = self.receiver.wait(1)
        text = f"{headers['x-cinnabar-timestamp']}.{headers['x-cinnabar-nonce']}.".encode() + body
        self.assertEqual(headers["x-cinnabar-signature"],
                         "sha256=" + hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest())
        parsed = json.loads(body)
        self.assertEqual(parsed["event"], "record_created")
        self.assertEqual(parsed["record"]["fields"], {"subject": "one"})

    def test_check_10_what_programs_write_is_told_only_to_those_that_ask(self):
        quiet = self.hook(name="quiet")
        made = self.jodoo("create", data={"subject": {"value": "by a program"}}, is_start_workflow=True)["data"]["_id"]
        self.jodoo("update", data_id=made, data={"subject": {"value": "changed"}})
        self.jodoo("batch_create", data_list=[{"subject": {"value": "many"}}])
        self.jodoo("delete", data_id=made)
        time.sleep(QUIET_SECONDS)
        self.assertEqual(self.receiver.got, [])
        self.assertEqual(self.deliveries(quiet), [])
        self.hook(name="eager", include_api_writes=True)
        made = self.jodoo("create", data={"subject": {"value": "again"}})["data"]["_id"]
        self.jodoo("update", data_id=made, data={"subject": {"value": "changed"}})
        self.jodoo("delete", data_id=made)
        got = [json.loads(body) for _, _, body in self.receiver.wait(3)]
        self.assertEqual([one["op"] for one in got], ["data_create", "data_update", "data_remove"])
        self.assertEqual([one["data"]["_id"] for one in got], [made] * 3)
        self.assertEqual([one["data"].get("subject") for one in got], ["again", "changed", None])
        self.assertIn("deleteTime", got[2]["data"])

    def test_a_record_that_a_person_brings_back_is_told_whole(self):
        made = self.jodoo("create", data={"subject": {"value": "precious"}})["data"]["_id"]
        self.jodoo("delete", data_id=made)
        self.hook()
        bin_of_form = self.ask("GET", "/api/v1/removed-records?form=jodoo-flows/request&limit=1")["items"]
        self.ask("POST", f"/api/v1/removed-records/{bin_of_form[0]['id']}/restore", {})
        [(_, _, body)] = self.receiver.wait(1)
        told = json.loads(body)
        self.assertEqual((told["op"], told["data"]["_id"], told["data"]["subject"]), ("data_recover", made, "precious"))

    def test_what_failed_is_tried_again_with_the_same_bytes_and_id(self):
        self.receiver.statuses = [500]
        hook = self.hook()
        self.start("stubborn")
        first, second = self.receiver.wait(2)
        self.assertEqual(first[1]["x-jdy-deliverid"], second[1]["x-jdy-deliverid"])
        self.assertEqual(first[2], second[2])
        self.assertNotEqual(first[1]["x-jdy-signature"], second[1]["x-jdy-signature"])
        self.state_becomes(hook, "delivered")
        self.assertEqual(self.deliveries(hook)[0]["attempts"], 2)

    def test_a_receiver_has_two_seconds(self):
        self.receiver.delay = 4
        hook = self.hook()
        self.start("slow")
        self.receiver.wait(1)
        time.sleep(3)
        waiting, = self.deliveries(hook)
        self.assertEqual((waiting["state"], waiting["attempts"], waiting["answer"]), ("waiting", 1, None))
        # By hand it goes out again whatever came of it.
        self.receiver.delay = 0
        self.ask("POST", f"/api/v1/webhooks/{hook}/deliveries/{waiting['id']}/redeliver", {})
        self.receiver.wait(2)
        self.state_becomes(hook, "delivered")

    def test_a_delivery_survives_a_kill(self):
        self.receiver.status = 503
        hook = self.hook()
        self.start("tough")
        self.receiver.wait(1)
        self.server.kill()
        self.receiver.status = 200
        self.server.start()
        self.receiver.wait(2)
        self.assertEqual({body for _, _, body in self.receiver.got}, {self.receiver.got[0][2]})
        self.state_becomes(hook, "delivered")

    def test_what_is_switched_off_waits_for_nobody(self):
        hook = self.hook(enabled=False)
        self.start("unheard")
        self.ask("PATCH", f"/api/v1/webhooks/{hook}", {"enabled": True})
        self.start("heard")
        (_, _, body), = self.receiver.wait(1)
        self.assertEqual(json.loads(body)["data"]["subject"], "heard")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        BINARY = sys.argv.pop(1)
    unittest.main()
