"""Backups made while serving, what verify finds, and a restore that serves the same."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Case, main  # noqa: E402


class BackupTest(Case):
    def setUp(self):
        super().setUp()
        self.backup = os.path.join(self.folder, "backup")
        self.server = self.serve("--demo")
        self.numbers = [self.start() for _ in range(3)]

    def start(self):
        status, _, body = self.server.call("POST", "/api/v1/process-instances", user="alice",
                                           body={"process": "quick-ticket"})
        self.assertEqual(status, 201, body)
        return json.loads(body)["number"]

    def create(self):
        result = self.cinnabar("backup", "create", self.backup, "--json", "--data", self.data)
        self.assertEqual(result.code, 0, result.err)
        return result.json()

    def verify(self):
        return self.cinnabar("backup", "verify", self.backup)

    def test_a_backup_of_a_serving_server_restores_to_the_same(self):
        self.create()
        after = self.start()
        self.assertEqual(self.verify().code, 0)
        self.assertEqual(self.server.stop(), 0)
        other = os.path.join(self.folder, "other")
        restored = self.cinnabar("restore", self.backup, "--data", other)
        self.assertEqual(restored.code, 0, restored.err)
        self.assertEqual(os.stat(os.path.join(other, "server.key")).st_mode & 0o777, 0o600)
        server = self.serve("--demo", data=other)
        numbers = {item["number"] for item in server.get_json("/api/v1/work-items?limit=200", user="admin")["items"]}
        self.assertTrue(set(self.numbers) <= numbers)
        self.assertNotIn(after, numbers)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.verify().code, 0)

    def test_one_changed_byte_is_found(self):
        self.create()
        path = os.path.join(self.backup, "cinnabar.db")
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.seek(-100, os.SEEK_END)
            byte = file.read(1)
            file.seek(-100, os.SEEK_END)
            file.write(bytes([byte[0] ^ 1]))
        result = self.verify()
        self.assertEqual(result.code, 3)
        self.assertIn("cinnabar.db", result.err)
        self.assertEqual(self.cinnabar("restore", self.backup, "--data", os.path.join(self.folder, "x")).code, 3)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "x")))

    def test_a_missing_file_is_found(self):
        self.create()
        os.remove(os.path.join(self.backup, "server.key"))
        self.assertEqual(self.verify().code, 3)

    def test_neither_target_is_overwritten(self):
        self.create()
        self.assertEqual(self.cinnabar("backup", "create", self.backup, "--data", self.data).code, 1)
        result = self.cinnabar("restore", self.backup, "--data", self.data)
        self.assertEqual(result.code, 1)
        self.assertIn("not empty", result.err)

    def test_what_is_no_backup_is_refused(self):
        self.assertEqual(self.cinnabar("backup", "verify", self.folder).code, 1)
        self.assertEqual(self.cinnabar("backup", "create", self.backup, "--data", self.folder + "/nosuch").code, 1)


if __name__ == "__main__":
    main()
