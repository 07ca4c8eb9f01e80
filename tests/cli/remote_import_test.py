"""Taking over what another server holds: `cinnabar import jodoo --base-url ... --key ...` from a second Cinnabar."""
import json
import os
import sys
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ROOT, Case, main  # noqa: E402

KEY = "demo-jodoo-key-unlimited"
APP, ENTRY = "59264073a2a60c0c08e20bfb", "59264073a2a60c0c08e20bfd"
TEXT, NUMBER, TIME, MEMBER, DEPARTMENT, TABLE = ("_widget_1432728651402", "_widget_1432728651403", "_widget_1669106585319",
                                                 "_widget_1669106585323", "_widget_1669106585324", "_widget_1528854613291")
CELL = "_widget_1528854614409"
PEOPLE = os.path.join(ROOT, "examples/demo/directory.json")


class RemoteImportTest(Case):
    def setUp(self):
        super().setUp()
        self.source = self.serve("--demo", data=os.path.join(self.folder, "source"))
        with open(os.path.join(self.folder, "key.json"), "w", encoding="utf-8") as file:
            json.dump({"users": [{"name": "boss", "display_name": "Boss", "password": "boss-secret-1", "administrator": True}],
                       "clients": [{"door": "jodoo", "kind": "bearer", "secret": "target-key", "user": "boss",
                                    "settings": {"rate_limits": "off"}}]}, file)
        os.rename(os.path.join(self.folder, "key.json"), os.path.join(self.folder, "directory.json"))
        self.ok("deploy", os.path.join(self.folder, "directory.json"))

    def ok(self, *arguments, stdin=""):
        result = self.cinnabar(*arguments, "--data", self.data, stdin=stdin)
        self.assertEqual(result.code, 0, result.err)
        return result

    def take_over(self, *arguments, key=KEY):
        return self.cinnabar("import", "jodoo", "--base-url", self.source.url + "/api/", "--key", "-", "--data", self.data, *arguments,
                             stdin=key + "\n")

    def jodoo(self, server, path, key=KEY, **body):
        request = urllib.request.Request(server.url + "/api/v5/" + path, json.dumps(body).encode(),
                                         {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def add(self, first, count):
        rows = [{TEXT: {"value": f"row {number}"}, NUMBER: {"value": number}, TIME: {"value": "2026-03-02 08:00:00"},
                 MEMBER: {"value": "bob"}, DEPARTMENT: {"value": 3}, TABLE: {"value": [{CELL: {"value": "cell"}}]}}
                for number in range(first, first + count)]
        for start in range(0, count, 100):
            self.jodoo(self.source, "app/entry/data/batch_create", app_id=APP, entry_id=ENTRY, data_creator="alice",
                       data_list=rows[start:start + 100])

    def records(self, server):
        found, after = [], ""
        while True:
            page = self.jodoo(server, "app/entry/data/list", key="target-key", app_id=APP, entry_id=ENTRY, limit=100, data_id=after)["data"]
            found += page
            if len(page) < 100:
                return found
            after = page[-1]["_id"]

    def test_forms_people_and_records_come_over_and_a_second_run_takes_only_what_is_new(self):
        self.add(0, 230)
        first = self.take_over()
        self.assertEqual(first.code, 0, first.err)
        self.assertIn("230 records", first.out)
        self.assertNotIn(KEY, first.out + first.err)
        self.add(230, 5)
        target = self.serve()
        second = self.take_over("--json")
        self.assertEqual(second.code, 0, second.err)
        counts = {one["form"]: one["records"] for one in second.json()["forms"]}
        self.assertEqual(counts[ENTRY], 5)
        self.assertEqual(sum(counts.values()), 5)
        rows = self.records(target)
        self.assertEqual([row[NUMBER] for row in rows], list(range(235)))
        row = rows[7]
        self.assertEqual(row[TEXT], "row 7")
        self.assertEqual(row[TIME], "2026-03-02T00:00:00.000Z")
        self.assertEqual(row[MEMBER]["username"], "bob")
        self.assertEqual(row[DEPARTMENT]["dept_no"], 3)
        self.assertEqual([cell[CELL] for cell in row[TABLE]], ["cell"])
        there = self.jodoo(self.source, "app/entry/data/list", app_id=APP, entry_id=ENTRY, limit=100)["data"][7]
        self.assertEqual(row["creator"]["username"], there["creator"]["username"])
        self.assertEqual((row["createTime"], row["updateTime"]), (there["createTime"], there["updateTime"]))
        # Names and departments came along, passwords did not.
        carol = self.jodoo(target, "corp/user/get", key="target-key", username="carol")["user"]
        self.assertEqual(carol["name"], "Carol")
        self.assertEqual(carol["departments"],
                         self.jodoo(self.source, "corp/user/get", username="carol")["user"]["departments"])

    def test_people_who_are_there_stay_as_they_are(self):
        self.ok("user", "add", "alice", "--display-name", "Another Alice", "--administrator", stdin="correct horse\n")
        result = self.take_over()
        self.assertEqual(result.code, 0, result.err)
        people = {row["name"]: row for row in self.ok("user", "list", "--json").json()}
        self.assertEqual(people["alice"]["display_name"], "Another Alice")
        self.assertTrue(people["alice"]["administrator"])
        self.assertIn("carol", people)

    def test_mistakes_are_told(self):
        wrong = self.take_over(key="nope")
        self.assertEqual(wrong.code, 1)
        self.assertIn("17018", wrong.err)
        unknown = self.cinnabar("import", "dabeicloud", "--base-url", self.source.url, "--key", "x", "--data", self.data)
        self.assertEqual(unknown.code, 2)
        nowhere = self.cinnabar("import", "jodoo", "--base-url", "nowhere", "--key", "x", "--data", self.data)
        self.assertEqual(nowhere.code, 2)
        self.assertIn("--base-url", nowhere.err)


if __name__ == "__main__":
    main()
