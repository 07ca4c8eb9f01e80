"""A server from its start to its end: demo, health, sign-in, stop, lock."""
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import STOP_S, Case, main  # noqa: E402


class DemoTest(Case):
    def test_demo_serves_says_so_and_stops_cleanly(self):
        server = self.serve("--demo")
        self.assertIn(b"Demo passwords are in use", server.log())
        self.assertEqual(server.get_json("/healthz")["status"], "ok")
        self.assertEqual(server.get_json("/readyz")["status"], "ready")
        status, headers, page = server.call("GET", "/")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"/api/openapi.json", page)
        self.assertEqual(server.stop(), 0)

    def test_demo_people_find_their_work_and_complete_it(self):
        server = self.serve("--demo")
        status, headers, body = server.call("POST", "/api/v1/process-instances", user="alice",
                                            body={"process": "quick-ticket", "fields": {}})
        self.assertEqual(status, 201, body)
        self.assertTrue(headers["Location"].startswith("/api/v1/process-instances/"))
        inbox = server.get_json("/api/v1/work-items?assignee=me&limit=200", user="admin")
        item = inbox["items"][-1]
        self.assertEqual(item["number"], json.loads(body)["number"])
        self.assertIn("omflow", item["dialect_ids"])
        path = f"/api/v1/work-items/{item['id']}/complete"
        status, _, body = server.call("POST", path, user="admin", body={"outcome": "submitted"})
        self.assertEqual(status, 200, body)
        status, _, body = server.call("POST", path, user="admin", body={"outcome": "submitted"})
        self.assertIn(status, (404, 409, 422), body)
        self.assertEqual(server.stop(), 0)
        replay = self.cinnabar("replay", "--all", "--json", "--data", self.data)
        self.assertEqual((replay.code, replay.json()["different"]), (0, 0))
        self.assertGreater(replay.json()["checked"], 0)

    def test_demo_starts_again_on_its_own_data(self):
        self.assertEqual(self.serve("--demo").stop(), 0)
        server = self.serve("--demo")
        self.assertEqual(server.get_json("/api/v1/session", user="alice")["user"]["name"], "alice")
        self.assertEqual(server.stop(), 0)

    def test_demo_refuses_other_data(self):
        self.assertEqual(self.cinnabar("user", "add", "erin", "--data", self.data, stdin="correct horse\n").code, 0)
        result = self.cinnabar("serve", "--demo", "--data", self.data, "--listen", "127.0.0.1:0")
        self.assertEqual(result.code, 1)
        self.assertIn("holds other data", result.err)

    def test_demo_stays_on_this_machine_unless_a_flag_says_otherwise(self):
        server = self.serve("--demo", "--set", "http.threads=1", env={"CINNABAR_HTTP_LISTEN": "0.0.0.0:0"})
        self.assertIn(b"127.0.0.1", server.log())
        second = self.serve("--demo", "--listen", "127.0.0.1:0", data=os.path.join(self.folder, "other"))
        self.assertEqual((server.stop(), second.stop()), (0, 0))


class SessionTest(Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--demo")

    def sign_in(self):
        status, headers, body = self.server.call("POST", "/api/v1/session",
                                                 body={"user": "alice", "password": "alice"})
        self.assertEqual(status, 200, body)
        return headers["Set-Cookie"], json.loads(body)["code"]

    def test_a_code_works_as_bearer_until_sign_out(self):
        cookie, code = self.sign_in()
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Lax", cookie)
        bearer = {"Authorization": f"Bearer {code}"}
        self.assertEqual(self.server.call("GET", "/api/v1/session", headers=bearer)[0], 200)
        self.assertEqual(self.server.call("DELETE", "/api/v1/session", headers=bearer)[0], 204)
        self.assertEqual(self.server.call("GET", "/api/v1/session", headers=bearer)[0], 401)

    def test_a_cookie_alone_changes_nothing_for_another_site(self):
        cookie, _ = self.sign_in()
        with_cookie = {"Cookie": cookie.split(";")[0]}
        self.assertEqual(self.server.call("GET", "/api/v1/work-items", headers=with_cookie)[0], 200)
        body = {"process": "quick-ticket"}
        evil = dict(with_cookie, Origin="https://evil.example")
        status, _, answer = self.server.call("POST", "/api/v1/process-instances", body=body, headers=evil)
        self.assertEqual((status, json.loads(answer)["reason"]), (403, "cross_site_request"))
        status, _, _ = self.server.call("POST", "/api/v1/process-instances", body=body, headers=with_cookie)
        self.assertEqual(status, 403)
        ours = dict(with_cookie, **{"X-Requested-With": "test"})
        self.assertEqual(self.server.call("POST", "/api/v1/process-instances", body=body, headers=ours)[0], 201)
        same = dict(with_cookie, Origin=self.server.url)
        self.assertEqual(self.server.call("POST", "/api/v1/process-instances", body=body, headers=same)[0], 201)

    def test_wrong_and_missing_credentials_are_refused_alike(self):
        status, headers, _ = self.server.call("GET", "/api/v1/work-items")
        self.assertEqual(status, 401)
        self.assertIn("Basic", headers["WWW-Authenticate"])
        wrong = {"Authorization": "Basic YWxpY2U6d3Jvbmc="}
        _, _, known = self.server.call("GET", "/api/v1/work-items", headers=wrong)
        unknown_user = {"Authorization": "Basic bm9ib2R5Ondyb25n"}
        _, _, unknown = self.server.call("GET", "/api/v1/work-items", headers=unknown_user)
        known, unknown = json.loads(known), json.loads(unknown)
        known.pop("request_id")
        unknown.pop("request_id")
        self.assertEqual(known, unknown)

    def test_a_code_survives_a_restart(self):
        _, code = self.sign_in()
        self.assertEqual(self.server.stop(), 0)
        again = self.serve("--demo")
        bearer = {"Authorization": f"Bearer {code}"}
        self.assertEqual(again.call("GET", "/api/v1/session", headers=bearer)[0], 200)

    def test_checked_passwords_are_remembered_for_a_moment_only_in_memory(self):
        self.server.get_json("/api/v1/work-items", user="bob")
        started = time.monotonic()
        for _ in range(50):
            self.server.get_json("/api/v1/work-items", user="bob")
        self.assertLess(time.monotonic() - started, 10)


class SurfaceTest(Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--demo")

    def test_metrics_count_requests_by_route(self):
        self.server.get_json("/api/v1/work-items", user="alice")
        status, headers, body = self.server.call("GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))
        self.assertIn(b'route="GET /api/v1/work-items"', body)
        self.assertIn(b"cinnabar_requests_total", body)

    def test_openapi_lists_the_routes_of_every_door(self):
        document = self.server.get_json("/api/openapi.json")
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertIn("/api/v1/work-items", document["paths"])
        self.assertEqual({tag["name"] for tag in document["tags"]} >= {"native", "omflow"}, True)
        ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
        self.assertEqual(len(ids), len(set(ids)))

    def test_unknown_paths_and_methods_are_problems(self):
        status, headers, body = self.server.call("GET", "/api/v1/nosuch")
        self.assertEqual((status, headers["Content-Type"]), (404, "application/problem+json"))
        self.assertEqual(json.loads(body)["reason"], "route_unknown")
        status, headers, _ = self.server.call("PUT", "/api/v1/work-items", body={})
        self.assertEqual(status, 405)
        self.assertIn("GET", headers["Allow"])
        self.assertEqual(self.server.call("GET", "/nosuch")[0], 404)

    def test_unknown_members_and_parameters_are_field_errors(self):
        status, _, body = self.server.call("POST", "/api/v1/process-instances", user="alice",
                                           body={"process": "quick-ticket", "nosuch": 1, "fields": []})
        problem = json.loads(body)
        self.assertEqual(status, 400)
        self.assertEqual({field["field"]: field["reason"] for field in problem["fields"]},
                         {"nosuch": "member_unknown", "fields": "member_wrong_type"})
        status, _, body = self.server.call("GET", "/api/v1/work-items?limt=3", user="alice")
        self.assertEqual((status, json.loads(body)["fields"][0]["field"]), (400, "limt"))


class LifecycleTest(Case):
    def test_a_second_server_on_the_same_data_is_refused_clearly(self):
        server = self.serve("--demo")
        result = self.cinnabar("serve", "--data", self.data, "--listen", "127.0.0.1:0")
        self.assertEqual(result.code, 1)
        self.assertIn("another cinnabar process is using", result.err)
        listed = self.cinnabar("user", "list", "--json", "--data", self.data)
        self.assertEqual((listed.code, len(listed.json())), (0, 5))
        self.assertEqual(server.stop(), 0)

    def test_files_have_one_owner_also_when_the_database_lies_elsewhere(self):
        server = self.serve("--demo", "--database", f"sqlite:{self.folder}/one/a.db")
        result = self.cinnabar("serve", "--data", self.data, "--listen", "127.0.0.1:0",
                               "--database", f"sqlite:{self.folder}/two/b.db")
        self.assertEqual(result.code, 1)
        self.assertIn("another cinnabar process is using", result.err)
        self.assertEqual(server.stop(), 0)

    def test_a_port_that_is_taken_is_an_error(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            result = self.cinnabar("serve", "--data", self.data, "--listen",
                                   f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual(result.code, 1)

    def test_it_stops_in_time_with_an_idle_connection_open(self):
        server = self.serve("--demo")
        port = int(server.url.rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        started = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - started, 10)
        connection.close()

    def test_it_tells_the_service_manager(self):
        path = os.path.join(self.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(STOP_S)
            server = self.serve("--demo", env={"NOTIFY_SOCKET": path})
            self.assertEqual(manager.recv(100), b"READY=1")
            self.assertEqual(server.stop(), 0)
            messages = []
            while b"STOPPING=1" not in messages:
                messages.append(manager.recv(100))
            self.assertIn(b"STOPPING=1", messages)

    def test_commits_survive_a_kill(self):
        server = self.serve("--demo")
        numbers = []
        for _ in range(5):
            status, _, body = server.call("POST", "/api/v1/process-instances", user="alice",
                                          body={"process": "quick-ticket"})
            self.assertEqual(status, 201, body)
            numbers.append(json.loads(body)["number"])
        server.kill()
        again = self.serve("--demo")
        items = again.get_json("/api/v1/work-items?limit=200", user="admin")["items"]
        self.assertTrue(set(numbers) <= {item["number"] for item in items})

    def test_concurrent_starts_number_without_gaps(self):
        server = self.serve("--demo")
        server.get_json("/api/v1/session", user="alice")
        numbers = []

        def start():
            for _ in range(10):
                _, _, body = server.call("POST", "/api/v1/process-instances", user="alice",
                                         body={"process": "quick-ticket"})
                numbers.append(json.loads(body)["number"])

        threads = [threading.Thread(target=start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(numbers), list(range(min(numbers), min(numbers) + 40)))

    def test_tls(self):
        certificate, key = (os.path.join(self.folder, name) for name in ("cert.pem", "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        server = self.serve("--demo", "--tls-cert", certificate, "--tls-key", key)
        self.assertTrue(server.url.startswith("https://"))
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        port = int(server.url.rsplit(":", 1)[1])
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
        connection.request("POST", "/api/v1/session", body='{"user":"alice","password":"alice"}',
                           headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertIn("Secure", answer.getheader("Set-Cookie"))
        connection.close()
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    main()
