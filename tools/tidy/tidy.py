#!/usr/bin/env python3
"""House rules that a machine keeps.

Usage: python3 tools/tidy/tidy.py [--root DIR] [--list]
Prints one line per finding, `path:line: rule: what is wrong and how to fix it`, and exits 1 if there is one.
With --list it also names long files and long functions, which never fail.
The rules are described in STYLE.md; the include table is arrows.txt and the word list vendor_words.txt beside this file.
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CPP = (".h", ".cc")
TEXT = (".h", ".cc", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".toml", ".sql", ".httptest", ".yml", ".yaml",
        ".ts", ".tsx", ".css", ".html", ".js", ".service", ".example", ".bpmn")
SKIPPED_FOLDERS = {".git", "build", "node_modules", "dist", "cinnabar-data", "__pycache__", ".cache"}
PICTURE = "docs/concepts/architecture.md"
# Parts of a unit that the picture tells as one.
UNTOLD_UNITS = {"api/dialects", "api/dialects/dialects.cc", "embedded"}
BYTES_MAX = 1024 * 1024
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

# Numbers come first so that the digit separator in 1'000'000 does not open a character literal.
CPP_TOKEN = re.compile(
    r"\b\d[\w'.]*|//[^\n]*|/\*.*?\*/|R\"([^()\\\s]{0,16})\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", re.S)
WORD_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s*(["<])([^">]+)[">]', re.M)

# pattern, where it is allowed (prefixes below src/), what to use instead
BANNED = [
    (r"\bsystem_clock\s*::\s*now\b", ("outbound/",), "ask ports::Clock; only src/outbound reads the system clock"),
    (r"\brandom_device\b|(?<![\w.>])(?:std::)?s?rand\s*\(", ("outbound/",),
     "take a Random (base/random.h); only src/outbound seeds it"),
    (r"\bstd\s*::\s*(?:thread|jthread)\b(?!\s*::)|\bstd\s*::\s*async\b|\bpthread_create\b",
     ("platform/", "storage/sqlite/", "@tests"), "use platform::Workers; threads start only in platform and storage/sqlite"),
    (r"\bstd\s*::\s*(?:cout|cerr|clog)\b|(?<![\w.>])(?:std::)?(?:f|v|vf)?printf\s*\(|\bfmt\s*::\s*print(?:ln)?\s*\("
     r"|(?<![\w.>])(?:std::)?puts\s*\(",
     ("app/", "base/assert.", "base/log."), "use base/log.h; only src/app talks to the console"),
    (r"\bstd\s*::\s*sto(?:i|l|ll|ul|ull|f|d|ld)\b|(?<![\w.>])(?:std::)?(?:atoi|atol|atoll|atof)\s*\(", (),
     "use base/text.h parse functions; this one throws or hides errors"),
    (r"\busing\s+namespace\b", (), "name what you use; a directive hides where names come from"),
    (r"\bco_(?:await|return|yield)\b", (), "write a plain function; g++ 12 miscompiles coroutines (docs/adr)"),
]
# platform/http answers for itself when no door can: too large, too many, no such route.
JSON_ALLOWED = ("base/", "api/", "app/", "services/codec", "storage/sql/", "platform/http/")

SQL_LOUD = re.compile(
    r"\b(?:SELECT\s.*\sFROM\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:UNIQUE\s+)?"
    r"(?:TABLE|INDEX|VIEW)\b|ALTER\s+TABLE\b|DROP\s+(?:TABLE|INDEX)\b|ORDER\s+BY\b|GROUP\s+BY\b|PRAGMA\s|SAVEPOINT\s"
    r"|BEGIN\s+IMMEDIATE\b)", re.S)
SQL_QUIET = re.compile(
    r"\b(?:select\s.*\sfrom\s+\w+\s+where\s|insert\s+into\s+\w+\s*\(|update\s+\w+\s+set\s+\w+\s*=|delete\s+from\s+\w+\s+"
    r"where\s|create\s+table\s|alter\s+table\s|drop\s+table\s)", re.S)

MARKER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
COMMENTED_CODE = re.compile(
    r"^//\s{0,2}(?:return\b[^.]*;|[\w:.>\-]+\([^)]*\);|(?:const |auto |int |std::)[\w:<>&*, ]+ = .+;"
    r"|(?:if|for|while|switch) \(.*\) \{|#include\s.*|\}|case .+:)\s*$")
USELESS_TEST = re.compile(r"\bDISABLED_\w|\b(?:EXPECT|ASSERT)_TRUE\s*\(\s*true\s*\)|\b(?:EXPECT|ASSERT)_FALSE\s*\(\s*false\s*\)")
PRIVATE_TEXT = re.compile(
    r"(?<![\w.\-])/work/|\.\./shared\b|registry\.npmjs|deb\.debian\.org|pypi\.org|files\.pythonhosted|crates\.io/api"
    r"|proxy\.golang\.org|registry-1\.docker")
# Functions of libraries, whose names are not ours to choose.
FOREIGN_NAME = re.compile(r"\bsqlite3_\w+")
MARKDOWN_LINK = re.compile(r"\]\(([^)\s]+)\)")
LOCAL_CALL_OPEN = re.compile(r"^[A-Za-z_~].*\{\s*$")


class Source:
    """One file of the tree; C++ is split into code, comments and string literals on first use."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), "rb") as file:
            self.raw = file.read()
        self.text = self.raw.decode("utf-8", "replace")
        self._split = None

    @property
    def is_cpp(self):
        return self.path.endswith(CPP)

    @property
    def is_test(self):
        name = os.path.basename(self.path)
        return (self.path.startswith("tests/") or "/testing/" in self.path or name.endswith("_test.cc")
                or "_test_support." in name)

    @property
    def below_src(self):
        return self.path[len("src/"):] if self.path.startswith("src/") else None

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def split(self):
        """Returns (code with comments and literals blanked, [(offset, literal)], [(offset, comment)])."""
        if self._split is None:
            literals, comments, parts, end = [], [], [], 0
            for match in CPP_TOKEN.finditer(self.text):
                token = match.group(0)
                if token[0].isdigit():
                    continue
                (comments if token.startswith(("//", "/*")) else literals).append((match.start(), token))
                parts.append(self.text[end:match.start()])
                parts.append(re.sub(r"[^\n]", " ", token))
                end = match.end()
            parts.append(self.text[end:])
            self._split = "".join(parts), literals, comments
        return self._split


class Tidy:
    def __init__(self, root):
        self.root = root
        self.findings = []
        self.notes = []
        self.arrows, self.test_arrows, self.libraries = read_arrows(os.path.join(HERE, "arrows.txt"))
        self.brands, self.words = read_words(os.path.join(HERE, "vendor_words.txt"))

    def report(self, path, line, rule, message):
        self.findings.append((path, line, rule, message))

    def run(self):
        paths = list_files(self.root)
        for path in paths:
            size = os.path.getsize(os.path.join(self.root, path))
            if size > BYTES_MAX:
                self.report(path, 1, "size", f"{size} bytes; keep files below 1 MiB, generate or shrink it")
                continue
            if path.endswith(TEXT) or path.startswith(("script/", ".ci/")) or "." not in os.path.basename(path):
                self.check_text(Source(self.root, path))
        self.check_registry(set(paths))
        self.check_picture(set(paths))
        self.check_changelog()
        self.findings = sorted(set(self.findings))

    # Text of every kind.

    def check_text(self, source):
        own_rules = source.path.startswith("tools/tidy/")
        if b"\0" in source.raw:
            return
        if not source.path.endswith((".httptest", ".bpmn")):
            self.check_spaces(source)
        if not own_rules and source.path != "LICENSE":
            self.each_match(source, PRIVATE_TEXT, "private", "names a place outside the project; say it without")
            self.each_match(source, MARKER, "marker", "finish it now, or write it down as an issue")
        if source.path.endswith(".md"):
            self.check_links(source)
        if source.below_src is not None and not own_rules:
            self.check_vendor_words(source)
        if source.is_cpp:
            self.check_cpp(source)

    def each_match(self, source, pattern, rule, message):
        for match in pattern.finditer(source.text):
            self.report(source.path, source.line_of(match.start()), rule, f'"{match.group(0).strip()}": {message}')

    def check_spaces(self, source):
        for number, line in enumerate(source.text.split("\n"), 1):
            if line.endswith((" ", "\t", "\r")) and not (source.path.endswith(".md") and line.endswith("  ")):
                self.report(source.path, number, "space", "space at the end of the line; remove it")
            if "\t" in line and not source.path.endswith("Makefile"):
                self.report(source.path, number, "tab", "tab; indent with spaces")
        if source.text and not source.text.endswith("\n"):
            self.report(source.path, source.text.count("\n") + 1, "space", "no newline at the end of the file; add it")

    def check_links(self, source):
        for match in MARKDOWN_LINK.finditer(source.text):
            target = match.group(1).split("#")[0]
            if not target or ":" in target or target.startswith("/"):
                continue
            if not os.path.exists(os.path.join(self.root, os.path.dirname(source.path), target)):
                self.report(source.path, source.line_of(match.start()), "link", f'"{target}" does not exist; correct the link')

    # Words.

    def check_vendor_words(self, source):
        parts = source.below_src.split("/")
        own = None
        if parts[:2] == ["api", "dialects"]:
            if parts[2:] == ["dialects.cc"]:
                return
            own = parts[2] if len(parts) > 3 else None
        forbidden = self.brands - {own} if own else self.brands | self.words
        where = f"src/api/dialects/{own}/" if own else "src/api/dialects/<vendor>/"
        # Line 0 is the path itself. Include lines name folders; the arrows judge those.
        for number, line in enumerate([source.below_src if not own else ""] + source.text.split("\n")):
            if line.startswith("#include"):
                continue
            line = FOREIGN_NAME.sub("", line)
            pieces = "_" + "_".join(piece.lower() for piece in WORD_PIECE.findall(line)) + "_"
            for word in sorted(forbidden):
                if f"_{word}_" in pieces:
                    hint = "a dialect knows no other dialect" if own else f"vendor words live in {where}; use our word"
                    self.report(source.path, max(number, 1), "vendor-word", f'"{word}": {hint} (docs/concepts/vocabulary.md)')

    # C++.

    def check_cpp(self, source):
        code, literals, comments = source.split()
        if source.below_src is not None:
            self.check_includes(source)
            self.check_sql(source, literals)
            self.check_banned(source, code)
        for match in USELESS_TEST.finditer(code):
            self.report(source.path, source.line_of(match.start()), "test", "a test that cannot fail or never runs; make it assert")
        for offset, comment in comments:
            if COMMENTED_CODE.match(comment):
                self.report(source.path, source.line_of(offset), "dead-code",
                            "code in a comment; delete it (an example in prose is indented by three spaces)")
        if source.path.endswith(".h"):
            if not source.text.startswith("//"):
                self.report(source.path, 1, "header", "open with a comment: purpose, units, ownership, threads, errors")
            if not re.search(r"^#pragma once$", code, re.M):
                self.report(source.path, 1, "header", "add #pragma once below the first comment")
        self.check_ascii(source, code, comments)
        self.note_lengths(source, code)

    def check_includes(self, source):
        unit, allowed = find_unit(self.arrows, source.below_src)
        if unit is None:
            self.report(source.path, 1, "arrow", "its folder has no row in tools/tidy/arrows.txt; add one")
            return
        allowed = allowed + self.test_arrows if source.is_test else allowed
        for match in INCLUDE.finditer(source.text):
            line, target = source.line_of(match.start()), match.group(2)
            if match.group(1) == "<":
                self.check_library(source, line, target)
                continue
            top = target.split("/")[0]
            if top not in self.arrows and not os.path.isdir(os.path.join(self.root, "src", top)):
                self.report(source.path, line, "arrow", f'"{target}": quote our headers from the src root, use <> for others')
                continue
            own = find_unit(self.arrows, target)[0] == unit
            if not own and "*" not in allowed and not any(is_below(target, prefix) for prefix in allowed):
                why = ("a dialect never includes another dialect" if unit.startswith("api/dialects/") and
                       target.startswith("api/dialects/") else f"{unit} may include only {' '.join(allowed) or 'itself'}")
                self.report(source.path, line, "arrow", f'"{target}": {why}; move the code or go through a port')
            if target == "base/json.h" and not source.below_src.startswith(JSON_ALLOWED):
                self.report(source.path, line, "json", "JSON stops at the doors; take typed values, or encode in services/codec")

    def check_library(self, source, line, target):
        for library, owners in self.libraries.items():
            if re.match(rf"{re.escape(library)}(?:\.h(?:pp)?$|/)", target):
                if not any(is_below(source.below_src, owner) for owner in owners):
                    self.report(source.path, line, "library", f"<{target}>: only {' '.join(owners)} may use it; go through their interface")

    def check_sql(self, source, literals):
        if source.below_src.startswith("storage/"):
            return
        for offset, literal in literals:
            if SQL_LOUD.search(literal) or SQL_QUIET.search(literal):
                self.report(source.path, source.line_of(offset), "sql", "SQL outside src/storage; use the store port")

    def check_banned(self, source, code):
        for pattern, allowed, instead in BANNED:
            if source.below_src.startswith(tuple(prefix for prefix in allowed if prefix[0] != "@")):
                continue
            if "@tests" in allowed and source.is_test:
                continue
            for match in re.finditer(pattern, code):
                self.report(source.path, source.line_of(match.start()), "banned", f'"{match.group(0).strip("( ")}": {instead}')

    def check_ascii(self, source, code, comments):
        for offset, text in [(0, code)] + comments:
            for match in re.finditer(r"[^\x00-\x7f]+", text):
                self.report(source.path, source.line_of(offset + match.start()), "ascii",
                            f'"{match.group(0)[:12]}": only string literals may hold other than ASCII')

    def note_lengths(self, source, code):
        lines = code.split("\n")
        if len(lines) > FILE_LINES_MAX:
            self.notes.append(f"{source.path}:1: long-file: {len(lines)} lines; look whether it holds two things")
        start = None
        for number, line in enumerate(lines, 1):
            if start is None and LOCAL_CALL_OPEN.match(line) and not re.match(r"(?:namespace|struct|class|enum|extern|union)\b", line):
                start = number
            elif line.startswith("}"):
                if start is not None and number - start > FUNCTION_LINES_MAX:
                    self.notes.append(f"{source.path}:{start}: long-function: {number - start} lines; look for its parts")
                start = None

    # The tree.

    def check_registry(self, paths):
        registry = "src/api/dialects/dialects.cc"
        folders = {path.split("/")[3] for path in paths if re.match(r"src/api/dialects/[^/]+/[^/]+\.cc$", path)}
        if registry not in paths:
            for folder in sorted(folders):
                self.report(f"src/api/dialects/{folder}", 1, "registry", f"no {registry} names it; add the registry")
            return
        source = Source(self.root, registry)
        named = {}
        for match in re.finditer(r'"api/dialects/(\w+)/|&(?:\w+::)*?(\w+)::kDialect\b', source.text):
            named.setdefault(match.group(1) or match.group(2), source.line_of(match.start()))
        for name, line in sorted(named.items()):
            if name == "native":
                continue
            if name not in folders:
                self.report(registry, line, "registry", f"src/api/dialects/{name}/ does not exist; remove the line or add the folder")
                continue
            readme = f"src/api/dialects/{name}/README.md"
            if readme not in paths or not re.search(r"^\|.*\|", Source(self.root, readme).text, re.M):
                self.report(registry, line, "registry", f"{readme} must hold the support matrix (a table of endpoints)")
            if not any(path.startswith(f"tests/dialects/{name}/") and path.endswith(".httptest") for path in paths):
                self.report(registry, line, "registry", f"tests/dialects/{name}/ holds no .httptest; write its transcripts")
        for folder in sorted(folders - set(named)):
            self.report(f"src/api/dialects/{folder}", 1, "registry", f"no line in {registry}; add it or delete the folder")

    def check_picture(self, paths):
        """The table of layers that people read says what arrows.txt says."""
        if PICTURE not in paths:
            return
        source, told = Source(self.root, PICTURE), set()
        for number, line in enumerate(source.text.split("\n"), 1):
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) != 5 or not cells[1].startswith("`"):
                continue
            for unit in re.findall(r"`([^`]+)`", cells[1].replace("<vendor>", "*")):
                told.add(unit)
                allowed = {"*"} if cells[3] == "everything" else set(re.findall(r"`([^`]+)`", cells[3]))
                if unit not in self.arrows:
                    self.report(PICTURE, number, "picture", f"{unit} has no row in tools/tidy/arrows.txt; remove it or add the row")
                elif allowed - {unit} != set(self.arrows[unit]) - {unit}:
                    self.report(PICTURE, number, "picture", f"{unit} may include {' '.join(self.arrows[unit])} by arrows.txt; say the same")
        for unit in sorted(set(self.arrows) - told):
            prefix = "src/" + unit.rstrip("*")
            if unit not in UNTOLD_UNITS and any(path.startswith(prefix + "/") for path in paths):
                self.report(PICTURE, 1, "picture", f"{unit} is missing from the table of layers; add its row")

    def check_changelog(self):
        path = os.path.join(self.root, "CHANGELOG.md")
        text = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
        if not re.search(r"^## \[?Unreleased\]?", text, re.M):
            self.report("CHANGELOG.md", 1, "changelog", 'add a "## [Unreleased]" section')


def read_arrows(path):
    arrows, tests, libraries = {}, [], {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                unit, _, allowed = line.partition("->")
                unit = unit.strip()
                if unit == "@tests":
                    tests = allowed.split()
                elif unit.startswith("<"):
                    libraries[unit.strip("<>")] = allowed.split()
                else:
                    arrows[unit] = allowed.split()
    return arrows, tests, libraries


def read_words(path):
    brands, words = set(), set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                fields = line.split()
                (brands if fields[0] == "brand" else words).add(fields[-1])
    return brands, words


def is_below(path, prefix):
    return path == prefix or path.startswith(prefix + "/")


def find_unit(arrows, path):
    """The most specific row for a path below src/: (unit with "*" filled in, what it may include)."""
    best = (None, [])
    for pattern, allowed in arrows.items():
        match = re.match("".join("[^/]+" if part == "*" else re.escape(part)
                                 for part in re.split(r"(\*)", pattern)) + r"(?=/|$)", path)
        # A file directly in the folder of a "*" row is no unit of that row.
        if not match or ("*" in pattern and match.group(0) == path):
            continue
        if best[0] is None or len(match.group(0)) > len(best[0]):
            best = (match.group(0), allowed)
    return best


def list_files(root):
    """Tracked and new files of a checkout; in an unpacked archive, every file outside build folders."""
    if os.path.isdir(os.path.join(root, ".git")) or os.path.isfile(os.path.join(root, ".git")):
        answer = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
                                stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")
        names = {name for name in answer.split("\0") if name}
        return sorted(name for name in names if os.path.isfile(os.path.join(root, name)))
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def main():
    parser = argparse.ArgumentParser(description="Checks the house rules.")
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(HERE)))
    parser.add_argument("--list", action="store_true", help="also name long files and functions")
    options = parser.parse_args()
    tidy = Tidy(os.path.abspath(options.root))
    tidy.run()
    for path, line, rule, message in tidy.findings:
        print(f"{path}:{line}: {rule}: {message}")
    if options.list:
        for note in tidy.notes:
            print(note)
    print(f"tidy: {len(tidy.findings)} findings, {len(tidy.notes)} files or functions worth a look")
    return 1 if tidy.findings else 0


if __name__ == "__main__":
    sys.exit(main())
