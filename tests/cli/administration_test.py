"""Administration beside a running server and without one: deploy, user, token."""
import json
import os
import stat
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ROOT, Case, main  # noqa: E402

APPS = os.path.join(ROOT, "examples/demo/apps")
PEOPLE = os.path.join(ROOT, "examples/demo/directory.json")


class AdministrationTest(Case):
    def run_ok(self, *arguments, stdin=""):
        result = self.cinnabar(*arguments, "--data", self.data, stdin=stdin)
        self.assertEqual(result.code, 0, result.err)
        return result

    def session(self, server, token):
        status, _, body = server.call("GET", "/api/v1/session", headers={"Authorization": "Bearer " + token})
        return status, json.loads(body)

    def test_everything_works_beside_a_server_and_is_seen_at_once(self):
        server = self.serve()
        self.run_ok("deploy", PEOPLE)
        self.run_ok("user", "add", "erin", "--display-name", "Erin", stdin="correct horse\n")
        first = self.run_ok("deploy", os.path.join(APPS, "leave-approval"), "--json").json()
        self.assertTrue(first["changed"])
        self.assertFalse(self.run_ok("deploy", os.path.join(APPS, "leave-approval"), "--json").json()["changed"])
        token = self.run_ok("token", "create", "--user", "erin", "--name", "report").out.strip()
        self.assertEqual(self.session(server, token)[1]["user"]["display_name"], "Erin")
        self.run_ok("user", "disable", "erin")
        self.assertEqual(self.session(server, token)[0], 401)
        self.run_ok("user", "enable", "erin")
        self.assertEqual(self.session(server, token)[0], 200)
        rows = self.run_ok("token", "list", "--user", "erin", "--json").json()
        self.assertEqual([row["name"] for row in rows], ["report"])
        self.assertNotIn(token, json.dumps(rows))
        self.run_ok("token", "revoke", str(rows[0]["id"]), "--user", "erin")
        self.assertEqual(self.session(server, token)[0], 401)
        self.assertEqual(server.stop(), 0)
        self.assertFalse(os.path.exists(os.path.join(self.data, "admin.sock")))
        self.assertNotIn(b"correct horse", server.log())
        self.assertNotIn(token.encode(), server.log())

    def test_the_socket_is_private(self):
        self.serve()
        mode = os.stat(os.path.join(self.data, "admin.sock")).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_mistakes_are_told_as_without_a_server(self):
        def mistakes():
            results = [
                self.cinnabar("user", "password", "nobody", "--data", self.data, stdin="correct horse\n"),
                self.cinnabar("token", "create", "--user", "nobody", "--name", "x", "--data", self.data),
                self.cinnabar("token", "revoke", "99", "--user", "alice", "--data", self.data),
                self.cinnabar("token", "create", "--user", "alice", "--name", "x", "--expires", "2020-01-01", "--data",
                              self.data),
                self.cinnabar("token", "create", "--user", "alice", "--name", "x", "--expires", "soon", "--data",
                              self.data),
            ]
            return [(result.code, result.err) for result in results]

        self.run_ok("deploy", PEOPLE)
        alone = mistakes()
        for code, text in alone:
            self.assertEqual(code, 1, text)
            self.assertNotIn("internal", text)
        server = self.serve()
        self.assertEqual(mistakes(), alone)
        server.kill()
        # What a killed server left behind stops neither commands nor the next server.
        self.assertTrue(os.path.exists(os.path.join(self.data, "admin.sock")))
        self.run_ok("user", "disable", "alice")
        self.assertEqual(self.serve().stop(), 0)

    def test_tokens_without_a_server(self):
        self.run_ok("deploy", PEOPLE)
        made = self.run_ok("token", "create", "--user", "alice", "--name", "a", "--expires", "2099-01-01", "--json").json()
        self.assertRegex(made["token"], r"^cnb_[0-9a-f]{64}$")
        rows = self.run_ok("token", "list", "--user", "alice", "--json").json()
        self.assertEqual([(row["id"], row["expires_at"]) for row in rows], [(made["id"], "2099-01-01T00:00:00Z")])
        for base, _, names in os.walk(self.data):
            for name in names:
                with open(os.path.join(base, name), "rb") as file:
                    self.assertNotIn(made["token"].encode(), file.read())
        self.assertEqual(self.session(self.serve(), made["token"])[0], 200)


if __name__ == "__main__":
    main()
