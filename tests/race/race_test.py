#!/usr/bin/env python3
"""Many clients push one position at the same moment: exactly one wins, and the ticket moves once. Two batches and
a person decide the same tasks: each is decided once. One batch of records sent twice at once is made once.

Usage: race_test.py PATH-OF-CINNABAR
"""
import base64
import json
import os
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "httptest"))
sys.dont_write_bytecode = True

import exchange  # noqa: E402
import server as servers  # noqa: E402

BINARY = os.path.join(ROOT, "build", "release", "cinnabar")
EDIT = "/rest/flowmanage/api/omdata/edit/problem-management-demo/"
QUERY = "/rest/flowmanage/api/omdata-data-id/get/problem-management-demo/"
CLIENTS = 8
TICKETS = 30
BATCH_PACKAGE = os.path.join(ROOT, "tests", "dialects", "dabeicloud", "app")
BATCH_TOKEN = "demo-dabeicloud-token"
BATCH_ITEMS = 100
BATCH_END_SECONDS = 30


def at_once(count, work):
    """What `work` answers to so many clients that begin at the same moment."""
    gate, answers = threading.Barrier(count), []

    def one():
        gate.wait()
        answers.append(work())

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def ask(server, method, path, body, authorization):
    """The status and the answer, also of a refusal."""
    request = urllib.request.Request(
        server.url + path, None if body is None else json.dumps(body).encode(),
        {"Authorization": authorization, "Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


class RaceTest(unittest.TestCase):
    def setUp(self):
        self.server = servers.Server(BINARY, [])
        self.code = exchange.Scope(self.server.url, {}, {}).code("admin", True)

    def tearDown(self):
        self.server.close()

    def call(self, path, **parameters):
        body = json.dumps({"security": self.code, "omflow_restapi": 1, **parameters}).encode()
        request = urllib.request.Request(self.server.url + path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def test_exactly_one_of_eight_pushes_wins(self):
        for ticket in range(TICKETS):
            created = self.call(EDIT, action="create", formdata=[{"id": "FORMITM_1", "value": f"race {ticket}"}])
            number = int(created["result"])
            position = self.call(QUERY, data_no=number)["result"][0]["data_id"]
            answers = at_once(CLIENTS, lambda: self.call(EDIT, action="update", data_id=position))
            statuses = sorted(str(answer["status"]) for answer in answers)
            self.assertEqual(statuses, ["200"] + ["404"] * (CLIENTS - 1), answers)
            after = self.call(QUERY, data_no=number)["result"]
            self.assertEqual(len(after), 1, "the ticket did not fork")
            self.assertNotEqual(after[0]["data_id"], position)

    def test_numbers_of_concurrent_creates_have_no_gap_and_no_twin(self):
        def create():
            made = [self.call(EDIT, action="create", formdata=[{"id": "FORMITM_1", "value": "x"}]) for _ in range(20)]
            return [int(answer["result"]) for answer in made]

        numbers = [number for some in at_once(CLIENTS, create) for number in some]
        self.assertEqual(sorted(numbers), list(range(1, CLIENTS * 20 + 1)))


class BatchRaceTest(unittest.TestCase):
    def setUp(self):
        self.server = servers.Server(BINARY, [])
        self.server.deploy(BATCH_PACKAGE)

    def tearDown(self):
        self.server.close()

    def call(self, method, path, body=None, user=None):
        """The status and the answer; of the application when there is no user."""
        authorization = f"Bearer {BATCH_TOKEN}"
        if user is not None:
            authorization = "Basic " + base64.b64encode(f"{user}:{user}".encode()).decode()
        return ask(self.server, method, path, body, authorization)

    def batch(self, ids):
        """The ids that failed, once it has ended."""
        status, answer = self.call("POST", "/batch_approvals/_submit?user_id=carol", ids)
        self.assertEqual(status, 200, answer)
        end = time.monotonic() + BATCH_END_SECONDS
        while time.monotonic() < end:
            status, progress = self.call(
                "GET", f"/batch_approvals/_submit?user_id=carol&batch_number={answer['batch_number']}")
            self.assertEqual(status, 200, progress)
            if progress["processed"] == progress["total"]:
                return progress["failed_tasks"]
        self.fail("the batch did not end")

    def test_two_batches_and_a_person_decide_each_task_once(self):
        for number in range(BATCH_ITEMS):
            status, answer = self.call("POST", "/api/v1/process-instances",
                                       {"process": "batch-tests/quick", "fields": {"subject": f"race {number}"}}, "bob")
            self.assertEqual(status, 201, answer)
        items = self.call("GET", "/api/v1/work-items?limit=1000", None, "carol")[1]["items"]
        items = [item for item in items if item["title"].startswith("race ")]
        self.assertEqual(len(items), BATCH_ITEMS)
        ids = {item["dialect_ids"]["dabeicloud"]: item for item in items}
        failed, by_hand, errors, gate = {}, {}, [], threading.Barrier(3)

        def run(name, work):
            try:
                gate.wait()
                work(name)
            except Exception as error:
                errors.append(error)

        def submit(order):
            failed[order] = self.batch(sorted(ids, reverse=order == "backwards"))

        def decide(_):
            for text, item in list(ids.items())[::3]:
                path = f"/api/v1/work-items/{item['id']}/complete"
                by_hand[text] = self.call("POST", path, {"outcome": "approved"}, "carol")

        threads = [threading.Thread(target=run, args=arguments)
                   for arguments in (("forwards", submit), ("backwards", submit), ("by hand", decide))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        for text, item in ids.items():
            status, answer = by_hand.get(text, (None, None))
            self.assertIn(status, (None, 200, 403, 404, 409, 422), answer)
            winners = [text not in failed["forwards"], text not in failed["backwards"], status == 200]
            self.assertEqual(winners.count(True), 1, (item["title"], winners, answer))
            path = f"/api/v1/process-instances/batch-tests%2Fquick/{item['number']}/history"
            history = self.call("GET", path, None, "alice")[1]["items"]
            self.assertEqual([entry["sequence"] for entry in history], [1, 2], history)
        left = self.call("GET", "/api/v1/work-items?limit=200", None, "carol")[1]["items"]
        self.assertEqual([item for item in left if item["process"]["key"] == "quick"], [])


RECORD_KEY = "demo-jodoo-key"
RECORD_TARGET = {"app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd"}
RECORD_FIELD = "_widget_1432728651402"


class RecordRaceTest(unittest.TestCase):
    """Records of the Jodoo API: one batch sent twice at once, and the calls per second that a key has."""

    def setUp(self):
        self.server = servers.Server(BINARY, [])

    def tearDown(self):
        self.server.close()

    def call(self, path, key=RECORD_KEY, **members):
        return ask(self.server, "POST", path, {**RECORD_TARGET, **members}, "Bearer " + key)

    def create(self, **members):
        return self.call("/api/v5/app/entry/data/batch_create", **members)

    def test_one_batch_sent_twice_at_once_makes_its_rows_once(self):
        for batch in range(20):
            rows = [{RECORD_FIELD: {"value": f"twin {batch} {i}"}} for i in range(3)]
            answers = at_once(2, lambda: self.create(
                key="demo-jodoo-key-unlimited", transaction_id=f"twin-{batch}", data_list=rows))
            self.assertEqual([status for status, _ in answers], [200, 200], answers)
            self.assertEqual([answer["success_count"] for _, answer in answers], [3, 3], answers)
            self.assertEqual(sorted(len(answer["success_ids"]) for _, answer in answers), [0, 3], answers)
        _, listed = self.call("/api/v5/app/entry/data/list", key="demo-jodoo-key-unlimited", limit=100)
        self.assertEqual(len(listed["data"]), 60)

    def within_a_second(self, calls):
        """The answers of `calls`, which took less than a second: the window of a limit."""
        for _ in range(10):
            began = time.monotonic()
            answers = calls()
            if time.monotonic() - began < 1:
                return answers
            time.sleep(1.1)
        self.fail("this machine never makes so many calls within a second")

    def refused(self, answers):
        return [answer["code"] for status, answer in answers if status == 400]

    def test_the_eleventh_batch_within_a_second_is_refused(self):
        answers = self.within_a_second(lambda: at_once(11, lambda: self.create(data_list=[{}])))
        self.assertEqual(self.refused(answers), [8304], answers)
        time.sleep(1.1)
        self.assertEqual(self.create(data_list=[{}])[0], 200)

    def test_the_fifty_first_call_within_a_second_is_refused(self):
        paths = ["/api/v5/app/entry/data/list"] * 26 + ["/api/v5/app/list"] * 25
        answers = self.within_a_second(lambda: [self.call(path) for path in paths])
        self.assertEqual(self.refused(answers), [8303], answers[-1])
        time.sleep(1.1)
        self.assertEqual(self.call("/api/v5/app/list")[0], 200)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
