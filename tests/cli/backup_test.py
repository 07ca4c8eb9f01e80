"""Backups made while serving, what verify finds, and a restore that serves the same."""
import hashlib
import json
import os
import sys
import urllib.request

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

    def upload(self, content):
        """A ticket with a file, through the door that takes files; returns the digest."""
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

    def place(self, folder, digest):
        return os.path.join(folder, "files", digest[:2], digest[2:4], digest)

    def test_files_of_tickets_are_in_the_backup_and_checked(self):
        digest = self.upload(b"hello backup")
        self.assertEqual(self.create()["attachments"], 1)
        path = self.place(self.backup, digest)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), b"hello backup")
        with open(path, "wb") as file:
            file.write(b"hello bitrot")
        self.assertEqual(self.verify().code, 3)
        os.remove(path)
        self.assertEqual(self.verify().code, 3)

    def test_a_damaged_file_fails_the_backup_and_leaves_nothing(self):
        digest = self.upload(b"to be damaged")
        path = self.place(self.data, digest)
        os.chmod(path, 0o600)
        with open(path, "wb") as file:
            file.write(b"damaged")
        result = self.cinnabar("backup", "create", self.backup, "--data", self.data)
        self.assertEqual(result.code, 3)
        self.assertIn("damaged", result.err)
        self.assertFalse(any(name.startswith("backup") for name in os.listdir(self.folder)))

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
