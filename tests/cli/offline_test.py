"""Commands that need no server: config, version, doctor, user, deploy, migrate, replay."""
import json
import os
import shutil
import sys
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ROOT, Case, main  # noqa: E402

QUICK = os.path.join(ROOT, "examples/demo/apps/problem-management")
PEOPLE = os.path.join(ROOT, "examples/demo/directory.json")


class ConfigTest(Case):
    def write(self, text):
        with open(os.path.join(self.folder, "cinnabar.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def value(self, name, *arguments, env=None):
        result = self.cinnabar("config", "print", "--json", *arguments, env=env)
        self.assertEqual(result.code, 0, result.err)
        return next((row["value"], row["origin"]) for row in result.json() if row["name"] == name)

    def test_flag_beats_environment_beats_file_beats_default(self):
        self.assertEqual(self.value("http.listen"), ("127.0.0.1:8080", "default"))
        self.write('[http]\nlisten = "127.0.0.1:1001"\n')
        self.assertEqual(self.value("http.listen"), ("127.0.0.1:1001", "file"))
        env = {"CINNABAR_HTTP_LISTEN": "127.0.0.1:1002"}
        self.assertEqual(self.value("http.listen", env=env), ("127.0.0.1:1002", "environment"))
        self.assertEqual(self.value("http.listen", "--set", "http.listen=127.0.0.1:1003", env=env),
                         ("127.0.0.1:1003", "flag"))

    def test_an_unknown_key_is_an_error_with_a_suggestion_and_a_line(self):
        self.write('[http]\nlisten = "127.0.0.1:1"\nlissen = "x"\n')
        result = self.cinnabar("config", "check")
        self.assertEqual(result.code, 2)
        self.assertIn("http.lissen", result.err)
        self.assertIn("did you mean http.listen?", result.err)
        self.assertIn("line 3", result.err)

    def test_all_mistakes_are_told_at_once(self):
        self.write('[http]\nthreads = 0\n[tenant]\nutc_offset = "noon"\n[log]\nlevel = 7\n')
        result = self.cinnabar("config", "check")
        self.assertEqual(result.code, 2)
        for name in ("http.threads", "tenant.utc_offset", "log.level"):
            self.assertIn(name, result.err)

    def test_an_unknown_variable_is_a_warning(self):
        result = self.cinnabar("config", "check", env={"CINNABAR_HTTP_LISTENN": "x"})
        self.assertEqual(result.code, 0)
        self.assertIn("CINNABAR_HTTP_LISTENN", result.err)

    def test_a_server_database_is_not_built_in(self):
        result = self.cinnabar("config", "check", "--database", "postgres://localhost/x")
        self.assertEqual(result.code, 2)
        self.assertIn("not built in", result.err)

    def test_an_unknown_door_is_an_error(self):
        result = self.cinnabar("config", "check", "--set", "doors.nosuch.name=x")
        self.assertEqual(result.code, 2)
        self.assertIn("nosuch", result.err)

    def test_explain_shows_one_setting_and_refuses_unknown_ones(self):
        result = self.cinnabar("config", "explain", "http.threads")
        self.assertIn("CINNABAR_HTTP_THREADS", result.out)
        self.assertEqual(self.cinnabar("config", "explain", "http.nosuch").code, 2)

    def test_the_reference_page_has_every_setting_as_it_is(self):
        with open(os.path.join(ROOT, "docs/reference/config.md"), encoding="utf-8") as file:
            page = file.read()
        with open(os.path.join(ROOT, "packaging/cinnabar.toml.example"), encoding="utf-8") as file:
            example = file.read()
        rows = self.cinnabar("config", "explain", "--json").json()
        self.assertGreater(len(rows), 15)
        for row in rows:
            default = f"`{row['default']}`" if row["default"] else "empty"
            self.assertIn(f"| `{row['name']}` | {row['type']} | {default} |", page)
            self.assertIn(row["sentence"], page)
            self.assertIn(row["name"].split(".")[1] + " = ", example)


class ProgramTest(Case):
    def test_version_says_what_it_is(self):
        self.assertRegex(self.cinnabar("version").out, r"^cinnabar \d+\.\d+\.\d+\n$")
        self.assertIn("commit", self.cinnabar("version", "--json").json())

    def test_wrong_usage_ends_with_2(self):
        self.assertEqual(self.cinnabar().code, 2)
        self.assertEqual(self.cinnabar("nosuch").code, 2)
        self.assertEqual(self.cinnabar("serve", "--nosuch").code, 2)
        self.assertEqual(self.cinnabar("replay").code, 2)
        self.assertEqual(self.cinnabar("--help").code, 0)

    def test_doctor_checks_clock_disk_and_database(self):
        self.assertEqual(self.cinnabar("migrate", "up", "--data", self.data).code, 0)
        result = self.cinnabar("doctor", "--json", "--data", self.data)
        self.assertEqual(result.code, 0, result.out + result.err)
        checks = {row["check"]: row for row in result.json()["checks"]}
        for name in ("configuration", "clock", "disk sync", "free space", "database", "database mode", "server key"):
            self.assertIn(name, checks)
        self.assertEqual(checks["database"]["verdict"], "ok")
        self.assertEqual(checks["database mode"]["text"], "write-ahead log")

    def test_doctor_finds_a_damaged_database(self):
        self.assertEqual(self.cinnabar("migrate", "up", "--data", self.data).code, 0)
        with open(os.path.join(self.data, "cinnabar.db"), "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 8192)
        result = self.cinnabar("doctor", "--json", "--data", self.data)
        self.assertEqual(result.code, 3)

    def test_migrate_status_tells_missing_and_current(self):
        self.assertEqual(self.cinnabar("migrate", "status", "--data", self.data).code, 3)
        self.assertEqual(self.cinnabar("migrate", "up", "--data", self.data).code, 0)
        status = self.cinnabar("migrate", "status", "--json", "--data", self.data)
        self.assertEqual((status.code, status.json()["state"]), (0, "current"))

    def test_the_server_key_is_private_and_stays(self):
        self.assertEqual(self.cinnabar("migrate", "up", "--data", self.data).code, 0)
        path = os.path.join(self.data, "server.key")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, "rb") as file:
            before = file.read()
        self.assertEqual(len(before), 32)
        self.assertEqual(self.cinnabar("migrate", "up", "--data", self.data).code, 0)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)


class UserTest(Case):
    def users(self):
        return {row["name"]: row for row in self.cinnabar("user", "list", "--json", "--data", self.data).json()}

    def test_people_are_added_disabled_and_enabled(self):
        add = self.cinnabar("user", "add", "erin", "--display-name", "Erin", "--administrator", "--data", self.data,
                            stdin="correct horse\n")
        self.assertEqual(add.code, 0, add.err)
        self.assertEqual(self.users()["erin"]["display_name"], "Erin")
        self.assertTrue(self.users()["erin"]["administrator"])
        self.assertTrue(self.users()["erin"]["has_password"])
        self.assertEqual(self.cinnabar("user", "disable", "erin", "--data", self.data).code, 0)
        self.assertFalse(self.users()["erin"]["enabled"])
        self.assertEqual(self.cinnabar("user", "enable", "erin", "--data", self.data).code, 0)
        self.assertTrue(self.users()["erin"]["enabled"])

    def test_passwords_come_from_standard_input_and_are_not_short(self):
        self.assertEqual(self.cinnabar("user", "add", "erin", "--data", self.data, stdin="").code, 1)
        self.assertEqual(self.cinnabar("user", "add", "erin", "--data", self.data, stdin="short\n").code, 1)
        self.assertEqual(self.cinnabar("user", "add", "erin", "secret12", "--data", self.data).code, 2)

    def test_a_name_is_taken_once_and_unknown_names_are_errors(self):
        self.assertEqual(self.cinnabar("user", "add", "erin", "--data", self.data, stdin="correct horse\n").code, 0)
        self.assertEqual(self.cinnabar("user", "add", "erin", "--data", self.data, stdin="correct horse\n").code, 1)
        self.assertEqual(
            self.cinnabar("user", "password", "frank", "--data", self.data, stdin="correct horse\n").code, 1)


class DeployTest(Case):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.cinnabar("deploy", PEOPLE, "--data", self.data).code, 0)

    def deploy(self, path):
        return self.cinnabar("deploy", path, "--json", "--data", self.data)

    def test_a_folder_deploys_once_and_again_changes_nothing(self):
        first = self.deploy(QUICK)
        self.assertEqual(first.code, 0, first.err)
        self.assertTrue(first.json()["changed"])
        again = self.deploy(QUICK)
        self.assertEqual((again.code, again.json()["changed"]), (0, False))

    def test_an_archive_deploys_like_its_folder(self):
        archive = os.path.join(self.folder, "app.zip")
        with zipfile.ZipFile(archive, "w") as file:
            for base, _, names in os.walk(QUICK):
                for name in names:
                    path = os.path.join(base, name)
                    file.write(path, os.path.relpath(path, QUICK))
        self.assertTrue(self.deploy(archive).json()["changed"])
        self.assertFalse(self.deploy(QUICK).json()["changed"])

    def test_a_package_with_mistakes_is_not_deployed_at_all(self):
        broken = os.path.join(self.folder, "broken")
        shutil.copytree(QUICK, broken)
        with open(os.path.join(broken, "app.json"), encoding="utf-8") as file:
            app = json.load(file)
        app["nosuch"] = 1
        with open(os.path.join(broken, "app.json"), "w", encoding="utf-8") as file:
            json.dump(app, file)
        result = self.deploy(broken)
        self.assertEqual(result.code, 3, result.err)
        self.assertIn("nosuch", result.err)
        self.assertTrue(self.deploy(QUICK).json()["changed"])

    def test_a_path_that_is_not_there_is_an_error(self):
        self.assertEqual(self.deploy(os.path.join(self.folder, "nosuch")).code, 1)

    def test_replay_of_nothing_is_fine(self):
        result = self.cinnabar("replay", "--all", "--json", "--data", self.data)
        self.assertEqual((result.code, result.json()["checked"]), (0, 0))


if __name__ == "__main__":
    main()
