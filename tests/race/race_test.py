#!/usr/bin/env python3
"""Many clients push one position at the same moment: exactly one wins, and the ticket moves once.

Usage: race_test.py PATH-OF-CINNABAR
"""
import json
import os
import sys
import threading
import unittest
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
            gate, answers = threading.Barrier(CLIENTS), []

            def push():
                gate.wait()
                answers.append(self.call(EDIT, action="update", data_id=position))

            threads = [threading.Thread(target=push) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            statuses = sorted(str(answer["status"]) for answer in answers)
            self.assertEqual(statuses, ["200"] + ["404"] * (CLIENTS - 1), answers)
            after = self.call(QUERY, data_no=number)["result"]
            self.assertEqual(len(after), 1, "the ticket did not fork")
            self.assertNotEqual(after[0]["data_id"], position)

    def test_numbers_of_concurrent_creates_have_no_gap_and_no_twin(self):
        numbers, gate = [], threading.Barrier(CLIENTS)

        def create():
            gate.wait()
            for _ in range(20):
                answer = self.call(EDIT, action="create", formdata=[{"id": "FORMITM_1", "value": "x"}])
                numbers.append(int(answer["result"]))

        threads = [threading.Thread(target=create) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(numbers), list(range(1, CLIENTS * 20 + 1)))


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
