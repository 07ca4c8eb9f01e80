#!/usr/bin/env python3
"""Shows that every rule of tidy.py fires on a small tree that is otherwise clean."""
import contextlib
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tidy  # noqa: E402

REGISTRY = "src/api/dialects/dialects.cc"
CLEAN_TREE = {
    "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n",
    "README.md": "See [the changes](CHANGELOG.md).\n",
    "src/base/json.h": "// Purpose.\n#pragma once\n",
    "src/base/text.h": "// Purpose.\n#pragma once\n",
    "src/vocab/ids.h": '// Purpose.\n#pragma once\n#include "base/text.h"\n',
    "src/ports/store.h": '// Purpose.\n#pragma once\n#include "vocab/ids.h"\n',
    "src/domain/decide.cc": '#include <vector>\n#include "vocab/ids.h"\n// Permission is granted per submission.\n',
    "src/domain/decide_test.cc": '#include "domain/decide.h"\n#include <thread>\nstd::thread worker;\n',
    "src/services/inbox.cc": '#include "domain/decide.h"\n#include "ports/store.h"\n',
    "src/services/codec.cc": '#include "base/json.h"\n',
    "src/services/inbox_test.cc": '#include "storage/memory/memory_store.h"\n',
    "src/storage/memory/memory_store.h": '// Purpose.\n#pragma once\n#include "ports/store.h"\n',
    "src/storage/sql/text.cc": 'const char* kText = "SELECT id FROM work_item ORDER BY id";\n',
    "src/platform/http/request.h": '// Purpose.\n#pragma once\n#include "base/text.h"\n',
    "src/outbound/clock.cc": "auto now = std::chrono::system_clock::now();\nauto seed = std::random_device{}();\n",
    "src/app/main.cc": '#include "storage/memory/memory_store.h"\nvoid f() { printf("x"); }\n',
    "src/api/dialects/dialect.h": '// Purpose.\n#pragma once\n#include "platform/http/request.h"\n',
    REGISTRY: '#include "api/dialects/jodoo/dialect.h"\n#include "api/dialects/omflow/dialect.h"\n'
              "constexpr const Dialect* kDialects[] = {&omflow::kDialect, &jodoo::kDialect};\n",
}
for vendor, word in (("omflow", "omdata"), ("jodoo", "widget")):
    CLEAN_TREE[f"src/api/dialects/{vendor}/dialect.cc"] = (
        f'#include "api/dialects/dialect.h"\n#include "base/json.h"\nconst char* kWord = "{word}";\n')
    CLEAN_TREE[f"src/api/dialects/{vendor}/dialect.h"] = "// Purpose.\n#pragma once\n"
    CLEAN_TREE[f"src/api/dialects/{vendor}/README.md"] = "# Matrix\n\n| endpoint | status |\n|---|---|\n"
    CLEAN_TREE[f"tests/dialects/{vendor}/first.httptest"] = "# name: first\n"


@contextlib.contextmanager
def tree(changes, removed=()):
    """A folder with the clean tree and `changes` written over it."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**CLEAN_TREE, **changes}.items():
            if path in removed:
                continue
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        yield root


def run_tidy(changes, removed=()):
    """Returns (finding lines, notes)."""
    with tree(changes, removed) as root:
        checker = tidy.Tidy(root)
        checker.run()
        return [f"{path}:{line}: {rule}: {message}" for path, line, rule, message in checker.findings], checker.notes


class TidyTest(unittest.TestCase):
    def assert_finds(self, changes, *expected, removed=()):
        lines, _ = run_tidy(changes, removed)
        output = "\n".join(lines)
        for start in expected:
            self.assertTrue(any(line.startswith(start) for line in lines), f"no finding {start!r} in:\n{output}")
        self.assertEqual(len(lines), len(expected), output)

    def assert_clean(self, changes):
        self.assertEqual(run_tidy(changes)[0], [])

    def test_command_line(self):
        for changes, status in (({}, 0), ({"src/base/x.cc": "int x; \n"}, 1)):
            with tree(changes) as root:
                done = subprocess.run([sys.executable, tidy.__file__, "--root", root], stdout=subprocess.PIPE, check=False)
            lines = done.stdout.decode("utf-8").splitlines()
            self.assertEqual((done.returncode, len(lines)), (status, 1 + status), lines)

    def test_clean_tree_has_no_finding(self):
        self.assert_clean({})

    # Arrows.

    def test_domain_including_a_port(self):
        self.assert_finds({"src/domain/decide.cc": '#include "ports/store.h"\n'}, "src/domain/decide.cc:1: arrow: ")

    def test_dialect_including_another_dialect(self):
        self.assert_finds({"src/api/dialects/omflow/dialect.cc": '\n#include "api/dialects/jodoo/ids.h"\n'},
                          "src/api/dialects/omflow/dialect.cc:2: arrow: \"api/dialects/jodoo/ids.h\": a dialect never")

    def test_dialect_including_the_registry(self):
        self.assert_finds({"src/api/dialects/omflow/ids.cc": '#include "api/dialects/dialects.h"\n'},
                          "src/api/dialects/omflow/ids.cc:1: arrow: ")

    def test_door_including_domain_storage_or_app(self):
        for target in ("domain/decide.h", "storage/memory/memory_store.h", "app/config.h", "ports/store.h"):
            with self.subTest(target):
                self.assert_finds({"src/api/native/routes.cc": f'#include "{target}"\n'}, "src/api/native/routes.cc:1: arrow: ")

    def test_services_including_a_door_or_a_driver(self):
        for target in ("api/common/page.h", "storage/memory/memory_store.h", "platform/http/request.h"):
            with self.subTest(target):
                self.assert_finds({"src/services/inbox.cc": f'#include "{target}"\n'}, "src/services/inbox.cc:1: arrow: ")

    def test_package_reads_no_http(self):
        self.assert_finds({"src/api/package/read.cc": '#include "platform/http/request.h"\n'}, "src/api/package/read.cc:1: arrow: ")

    def test_dialect_test_may_not_include_another_dialect(self):
        self.assert_finds({"src/api/dialects/omflow/ids_test.cc": '#include "api/dialects/jodoo/ids.h"\n'},
                          "src/api/dialects/omflow/ids_test.cc:1: arrow: ")

    def test_storage_drivers_do_not_know_each_other(self):
        self.assert_finds({"src/storage/memory/x.cc": '#include "storage/sql/schema.h"\n'}, "src/storage/memory/x.cc:1: arrow: ")
        self.assert_clean({"src/storage/sqlite/x.cc": '#include "storage/sql/schema.h"\n#include <sqlite3.h>\n'})

    def test_folder_without_a_row(self):
        self.assert_finds({"src/extra/x.cc": "\n"}, "src/extra/x.cc:1: arrow: its folder has no row")

    def test_generated_headers_are_for_app(self):
        self.assert_clean({"src/app/wire.cc": '#include "embedded/web.h"\n'})
        self.assert_finds({"src/services/x.cc": '#include "embedded/web.h"\n'}, "src/services/x.cc:1: arrow: ")

    def test_quoted_foreign_header(self):
        self.assert_finds({"src/base/x.cc": '#include "fmt/format.h"\n'}, "src/base/x.cc:1: arrow: ")

    def test_wrapped_library_elsewhere(self):
        self.assert_finds({"src/services/x.cc": "#include <sqlite3.h>\n"}, "src/services/x.cc:1: library: ")
        self.assert_finds({"src/services/x.cc": "#include <boost/asio.hpp>\n"}, "src/services/x.cc:1: library: ")

    def test_json_inside(self):
        for folder in ("vocab", "ports", "domain", "services", "storage/sqlite", "outbound"):
            with self.subTest(folder):
                self.assert_finds({f"src/{folder}/x.cc": '#include "base/json.h"\n'}, f"src/{folder}/x.cc:1: json: ")

    # Words.

    def test_vendor_words_in_domain(self):
        for text in ("struct OmData {};", "int entry_id;", "// A Widget.", 'const char* k = "jodoo";', "int kMissionsMax;",
                     "enum { omflow };", "void set_Datas();", "int errcode;"):
            with self.subTest(text):
                self.assert_finds({"src/domain/words.cc": f"\n{text}\n"}, "src/domain/words.cc:2: vendor-word: ")

    def test_vendor_word_as_a_file_name(self):
        self.assert_finds({"src/services/omdata_list.cc": "int x;\n"}, "src/services/omdata_list.cc:1: vendor-word: ")

    def test_words_that_only_look_like_a_vendor_word(self):
        self.assert_clean({"src/storage/sqlite/x.cc": "int n = sqlite3_errcode(handle);\n"})
        self.assert_clean({"src/domain/words.cc": "int permission; int SubmissionId; int transmission; int reentry_idle;\n"})

    def test_brand_of_another_vendor_in_a_dialect(self):
        self.assert_finds({"src/api/dialects/omflow/x.cc": "// As in Jodoo.\n"}, "src/api/dialects/omflow/x.cc:1: vendor-word: ")

    # Calls and literals.

    def test_sql_outside_storage(self):
        for text in ("SELECT id FROM item WHERE id = 1", "insert into item (id) values (1)", "delete from item where id = 2",
                     "PRAGMA user_version"):
            with self.subTest(text):
                self.assert_finds({"src/services/x.cc": f'const char* k = "{text}";\n'}, "src/services/x.cc:1: sql: ")
        self.assert_finds({"src/services/x.cc": 'const char* k = R"(\nSELECT id\nFROM item)";\n'}, "src/services/x.cc:1: sql: ")
        self.assert_clean({"src/services/x.cc": 'const char* k = "select one from the list, then update the set";\n'})

    def test_banned_calls(self):
        for text in ("auto t = std::chrono::system_clock::now();", "int r = std::rand();", "int r = rand();",
                     "std::random_device device;", "std::thread worker;", "std::jthread worker;", 'void f() { std::cout << 1; }',
                     'void f() { printf("x"); }', 'void f() { std::fprintf(stderr, "x"); }', "int i = std::stoi(s);",
                     "int i = atoi(s);", "void f() { co_await g(); }", "using namespace std;"):
            with self.subTest(text):
                self.assert_finds({"src/services/x.cc": f"\n{text}\n"}, "src/services/x.cc:2: banned: ")

    def test_banned_calls_where_they_belong_or_only_named(self):
        self.assert_clean({
            "src/platform/workers.cc": "std::thread worker;\n",
            "src/storage/sqlite/writer.cc": "std::thread worker;\n",
            "src/services/x.cc": '// std::thread is for platform.\nconst char* k = "co_await std::cout";\nint n = '
                                 "std::thread::hardware_concurrency();\nint snprintf(int);\nint operand(int);\n",
        })

    def test_headers(self):
        self.assert_finds({"src/base/x.h": "#pragma once\nint x;\n"}, "src/base/x.h:1: header: open with a comment")
        self.assert_finds({"src/base/x.h": "// Purpose.\nint x;\n"}, "src/base/x.h:1: header: add #pragma once")

    # Text.

    def test_markers(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            with self.subTest(word):
                self.assert_finds({"src/base/x.cc": f"// {word}: later.\n"}, "src/base/x.cc:1: marker: ")
                self.assert_finds({"script/x": f"# {word}: later.\n"}, "script/x:1: marker: ")

    def test_commented_out_code(self):
        for text in ("// return value;", "// store.write(row);", "// if (x) {", "// auto x = f();", "// }"):
            with self.subTest(text):
                self.assert_finds({"src/base/x.cc": f"{text}\n"}, "src/base/x.cc:1: dead-code: ")
        self.assert_clean({"src/base/x.cc": "// A sentence; it ends here;\n//   store.write(row);\n"})

    def test_spaces_tabs_and_last_newline(self):
        self.assert_finds({"src/base/x.cc": "int x; \n"}, "src/base/x.cc:1: space: ")
        self.assert_finds({"src/base/x.cc": "int x;\r\n"}, "src/base/x.cc:1: space: ")
        self.assert_finds({"src/base/x.cc": "\tint x;\n"}, "src/base/x.cc:1: tab: ")
        self.assert_finds({"src/base/x.cc": "int x;"}, "src/base/x.cc:1: space: ")

    def test_other_than_ascii(self):
        self.assert_finds({"src/base/x.cc": "// caf\u00e9\n"}, "src/base/x.cc:1: ascii: ")
        self.assert_finds({"src/base/x.cc": "int caf\u00e9;\n"}, "src/base/x.cc:1: ascii: ")
        self.assert_clean({"src/base/x.cc": 'const char* k = "\u6703\u7c3d"; const int n = 1\'000\'000; char c = \'"\';\n'})

    def test_private_places(self):
        for text in ("/wo" + "rk/main", "../sha" + "red/spec", "https://registry.npm" + "js.org/x"):
            with self.subTest(text):
                self.assert_finds({"docs/x.md": f"See {text}\n"}, "docs/x.md:1: private: ")

    def test_dead_link(self):
        self.assert_finds({"docs/x.md": "[a](gone.md) [b](../README.md#top) [c](https://example.org/)\n"}, "docs/x.md:1: link: ")

    def test_tests_that_cannot_fail(self):
        self.assert_finds({"src/base/x_test.cc": "TEST(A, DISABLED_b) {}\n"}, "src/base/x_test.cc:1: test: ")
        self.assert_finds({"src/base/x_test.cc": "EXPECT_" + "TRUE(true);\n"}, "src/base/x_test.cc:1: test: ")

    # The tree.

    def test_large_file(self):
        self.assert_finds({"docs/picture.png": b"x" * (1024 * 1024 + 1)}, "docs/picture.png:1: size: ")

    def test_picture_that_differs_from_the_arrows(self):
        picture = "| folder | holds | may include |\n|---|---|---|\n"
        for unit in ("base", "vocab", "ports", "domain", "services", "platform", "outbound", "storage/memory", "storage/sql", "app"):
            allowed = {"app": "everything", "base": "-", "vocab": "`base`", "platform": "`base`",
                       "services": "`domain` `ports` `vocab` `base`", "domain": "`vocab` `base`", "ports": "`vocab` `base`"}
            picture += f"| `{unit}` | x | {allowed.get(unit, '`ports` `vocab` `base`')} |\n"
        page = "docs/concepts/architecture.md"
        self.assert_clean({page: picture})
        self.assert_finds({page: picture.replace("| `domain` | x | `vocab`", "| `domain` | x | `ports` `vocab`")}, f"{page}:6: picture: ")
        self.assert_finds({page: picture.replace("| `ports` | x | `vocab` `base` |\n", "")}, f"{page}:1: picture: ports is missing")
        self.assert_finds({page: picture + "| `gone` | x | - |\n"}, f"{page}:13: picture: gone has no row")

    def test_changelog_without_unreleased(self):
        self.assert_finds({"CHANGELOG.md": "# Changelog\n"}, "CHANGELOG.md:1: changelog: ")

    def test_registry_line_without_folder(self):
        self.assert_finds({}, f"{REGISTRY}:1: registry: src/api/dialects/jodoo/ does not exist",
                          removed=[path for path in CLEAN_TREE if path.startswith("src/api/dialects/jodoo/")])

    def test_folder_without_registry_line(self):
        self.assert_finds({REGISTRY: CLEAN_TREE[REGISTRY].replace("jodoo", "omflow")}, "src/api/dialects/jodoo:1: registry: ")

    def test_dialect_without_matrix_or_transcripts(self):
        self.assert_finds({"src/api/dialects/jodoo/README.md": "# Soon\n"}, f"{REGISTRY}:1: registry: ")
        self.assert_finds({}, f"{REGISTRY}:1: registry: ", removed=["tests/dialects/jodoo/first.httptest"])

    def test_length_is_noted_and_never_fails(self):
        body = "int f() {\n" + "  g();\n" * 80 + "}\n"
        lines, notes = run_tidy({"src/base/x.cc": body, "src/base/y.cc": "int y;\n" * 700})
        self.assertEqual(lines, [])
        self.assertEqual([note.split(": ")[1] for note in notes], ["long-function", "long-file"])


if __name__ == "__main__":
    unittest.main()
