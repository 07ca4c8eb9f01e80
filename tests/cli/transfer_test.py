"""export and import: everything comes back with its ids, and nothing of a broken export does."""
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Case, main  # noqa: E402

LEFT_BEHIND = {"access_session", "schema_migration"}


class TransferTest(Case):
    def setUp(self):
        super().setUp()
        self.export = os.path.join(self.folder, "export")
        self.other = os.path.join(self.folder, "other")
        self.server = self.serve("--demo")

    def start(self, server, process="quick-ticket"):
        status, _, body = server.call("POST", "/api/v1/process-instances", user="alice",
                                      body={"process": process, "fields": {}})
        self.assertEqual(status, 201, body)
        return json.loads(body)

    def attach(self, content):
        code = self.server.get_json("/accounts/api/security/get/", user="alice")["result"]["security"]
        parts = {"security": code, "omflow_restapi": "1", "action": "create",
                 "formdata": '[{"id": "FORMITM_1", "value": "with a file"}]'}
        body = b"".join(b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
                        % (name.encode(), value.encode()) for name, value in parts.items())
        body += (b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n%s\r\n--b--\r\n'
                 % content)
        request = urllib.request.Request(
            self.server.url + "/rest/flowmanage/api/omdata/edit/problem-management-demo/", data=body,
            headers={"Content-Type": "multipart/form-data; boundary=b"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.assertIn("result", json.loads(answer.read()))
        return hashlib.sha256(content).hexdigest()

    def complete_first(self, server):
        item = server.get_json("/api/v1/work-items?assignee=me&limit=200", user="admin")["items"][0]
        status, _, body = server.call("POST", f"/api/v1/work-items/{item['id']}/complete", user="admin",
                                      body={"outcome": "submitted"})
        self.assertEqual(status, 200, body)

    def make_export(self):
        for _ in range(3):
            self.start(self.server)
        self.digest = self.attach(b"hello export")
        self.complete_first(self.server)
        made = self.cinnabar("token", "create", "--user", "alice", "--name", "t", "--json", "--data", self.data).json()
        self.token = made["token"]
        result = self.cinnabar("export", self.export, "--json", "--data", self.data)
        self.assertEqual(result.code, 0, result.err)
        return result.json()

    def import_(self, *arguments):
        return self.cinnabar("import", self.export, "--data", self.other, *arguments)

    def rows(self, data):
        """Every row of every table, straight from the database."""
        with sqlite3.connect(f"file:{data}/cinnabar.db?mode=ro", uri=True) as database:
            names = [name for name, in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            return {name: sorted(database.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
                    for name in names if name not in LEFT_BEHIND}

    def part(self, name):
        return os.path.join(self.export, "tables", name + ".jsonl")

    def refused(self, code, *texts):
        result = self.import_()
        self.assertEqual(result.code, code, result.err)
        for text in texts:
            self.assertIn(text, result.err)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("other")], [])

    def test_everything_comes_back_with_its_ids(self):
        facts = self.make_export()
        self.assertEqual(facts["attachments"], 1)
        self.assertEqual(self.server.stop(), 0)
        imported = self.import_("--json")
        self.assertEqual(imported.code, 0, imported.err)
        self.assertEqual(imported.json(), facts)
        before, after = self.rows(self.data), self.rows(self.other)
        before.pop("sequence"), after.pop("sequence")
        self.assertGreater(len(before["process_instance"]), 3)
        self.assertEqual(after, before)
        with open(os.path.join(self.other, "files", self.digest[:2], self.digest[2:4], self.digest), "rb") as file:
            self.assertEqual(file.read(), b"hello export")
        replay = self.cinnabar("replay", "--all", "--json", "--data", self.other).json()
        self.assertEqual((replay["checked"], replay["different"]), (len(before["process_instance"]), 0))

    def test_the_imported_installation_serves_and_goes_on_counting(self):
        self.make_export()
        paths = [("/api/v1/work-items?assignee=me&limit=200", "admin"), ("/api/v1/process-definitions", "alice")]
        expected = [self.server.get_json(path, user=user) for path, user in paths]
        last = self.start(self.server)
        self.assertEqual(self.import_().code, 0)
        server = self.serve(data=self.other)
        self.assertEqual([server.get_json(path, user=user) for path, user in paths], expected)
        again = self.start(server)
        self.assertEqual(again["number"], last["number"])
        self.assertGreaterEqual(again["id"], last["id"])
        status, _, _ = server.call("GET", "/api/v1/session", headers={"Authorization": "Bearer " + self.token})
        self.assertEqual(status, 200)

    def test_two_exports_of_one_state_are_the_same_and_hold_no_secret(self):
        self.make_export()
        self.assertEqual(self.cinnabar("export", self.export + "2", "--data", self.data).code, 0)
        for name in os.listdir(os.path.join(self.export, "tables")):
            with open(self.part(name[:-len(".jsonl")]), "rb") as one:
                text = one.read()
            with open(os.path.join(self.export + "2", "tables", name), "rb") as two:
                self.assertEqual(two.read(), text, name)
            self.assertNotIn(self.token.encode(), text)
        self.assertFalse(os.path.exists(self.part("access_session")))

    def test_only_an_empty_place_takes_an_import(self):
        self.make_export()
        result = self.cinnabar("import", self.export, "--data", self.data)
        self.assertEqual(result.code, 1)
        self.assertIn("not empty", result.err)
        self.assertEqual(self.cinnabar("export", self.export, "--data", self.data).code, 1)
        os.mkdir(self.other)
        self.assertEqual(self.import_().code, 0)

    def test_a_broken_export_imports_nothing(self):
        self.make_export()
        whole = self.export + "-whole"
        shutil.copytree(self.export, whole)

        def fresh():
            shutil.rmtree(self.export)
            shutil.copytree(whole, self.export)

        with open(self.part("user_account"), "r+b") as file:
            file.seek(10)
            file.write(b"X")
        self.refused(3, "user_account", "digest")
        fresh()
        os.remove(self.part("history"))
        self.refused(3, "history")
        fresh()
        path = os.path.join(self.export, "files", self.digest[:2], self.digest[2:4], self.digest)
        with open(path, "wb") as file:
            file.write(b"hello bitrot")
        self.refused(3, "damaged")
        os.remove(path)
        self.refused(3, self.digest)
        fresh()
        os.remove(os.path.join(self.export, "manifest.json"))
        self.refused(1, "no export")

    def edit_manifest(self, change):
        path = os.path.join(self.export, "manifest.json")
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        change(manifest)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(manifest, file)

    def rewrite(self, name, change):
        """Changes the lines of a table and makes the manifest agree, as a careful editor would."""
        with open(self.part(name), encoding="utf-8") as file:
            lines = change([json.loads(line) for line in file])
        text = "".join(json.dumps(line) + "\n" for line in lines).encode()
        with open(self.part(name), "wb") as file:
            file.write(text)

        def note(manifest):
            row = next(row for row in manifest["tables"] if row["name"] == name)
            row.update(rows=len(lines), size=len(text), sha256=hashlib.sha256(text).hexdigest())
        self.edit_manifest(note)

    def test_other_versions_are_told_apart(self):
        self.make_export()
        self.edit_manifest(lambda manifest: manifest.update(format_version=2))
        self.refused(1, "another format")
        self.edit_manifest(lambda manifest: manifest.update(format_version=1))
        self.edit_manifest(lambda manifest: manifest["tables"].append(dict(manifest["tables"][0], name="new_table")))
        self.refused(1, "new_table")
        self.edit_manifest(lambda manifest: manifest["tables"].pop())
        self.edit_manifest(lambda manifest: manifest["tables"].pop(0))
        self.refused(1, "lacks a table")

    def test_lines_that_do_not_fit_are_refused(self):
        self.make_export()
        self.rewrite("membership", lambda rows: [dict(rows[0], nosuch=1), *rows[1:]])
        self.refused(3, "membership", "line 1")
        self.rewrite("membership", lambda rows: [{k: v for k, v in row.items() if k != "nosuch"} for row in rows])
        self.rewrite("membership", lambda rows: [*rows, rows[0]])
        self.refused(1, "membership")
        self.rewrite("membership", lambda rows: [*rows[:-1], dict(rows[1], user_id="1")])
        self.refused(3, "user_id")


if __name__ == "__main__":
    main()
