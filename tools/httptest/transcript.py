"""Reads .httptest files. The format is described in README.md."""
import os
import re

HEADER = re.compile(r"^(!?[A-Za-z][A-Za-z0-9_\-]*):(?: (.*)|)$")
FILE_OPTION = re.compile(r"^# (server|server-args|deploy|json|set|dialect): (.*)$")
CHECK = re.compile(r"^= native(?: as (\S+))? GET (\S+) -> (.*)$")
CHECK_PATH = re.compile(r"^((?:[\w\-]+|\[\d+\])(?:\.[\w\-]+|\[\d+\])*) (==|!=) (.*)$")
INCLUDES_MAX = 20


class FormatError(Exception):
    def __init__(self, path, line, message):
        super().__init__(f"{path}:{line}: {message}")


class Step:
    def __init__(self, name, path, line):
        self.name, self.path, self.line = name, path, line
        self.directives = []      # ("retry", "5s"), ("repeat", "3"), ("restart", ""), ("kill", ""), ("wait", "1s")
        self.request_line = None
        self.request = []         # lines after the request line, without "> "
        self.status = None
        self.answer = []          # lines after the status line, without "< "
        self.checks = []          # (line, user, target, path, operator, pattern)


class Transcript:
    def __init__(self, path):
        self.path = path
        self.server, self.server_args, self.deploy, self.ordered = None, [], [], False
        self.variables = {}
        self.steps = []


def read(path):
    transcript = Transcript(path)
    read_into(transcript, path, 0)
    if not transcript.steps:
        raise FormatError(path, 1, "no step; a step starts with `## name`")
    return transcript


def read_into(transcript, path, depth):
    if depth > INCLUDES_MAX:
        raise FormatError(path, 1, "files include each other in a circle")
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    step = None
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            step = Step(line[3:].strip(), path, number)
            transcript.steps.append(step)
        elif line.startswith("@include "):
            read_into(transcript, beside(path, line[9:].strip()), depth + 1)
            step = None
        elif line.startswith("#"):
            option = FILE_OPTION.match(line)
            if option and step is None:
                set_option(transcript, option.group(1), option.group(2).strip())
        elif not line.strip():
            continue
        elif step is None:
            raise FormatError(path, number, "text before the first `## name`")
        else:
            add_line(step, path, number, line)
    for step in transcript.steps:
        if step.path == path and step.request_line is None and not step.directives and not step.checks:
            raise FormatError(path, step.line, "a step without request; write `> METHOD /path`")
        if step.path == path and step.request_line and step.status is None:
            raise FormatError(path, step.line, "a step without answer; write `< 200`")


def set_option(transcript, name, value):
    if name == "server":
        transcript.server = value
    elif name == "server-args":
        transcript.server_args = value.split()
    elif name == "deploy":
        transcript.deploy.append(beside(transcript.path, value))
    elif name == "json":
        transcript.ordered = value == "ordered"
    elif name == "set":
        key, _, text = value.partition("=")
        transcript.variables[key.strip()] = text.strip()


def add_line(step, path, number, line):
    mark, text = line[0], line[2:] if line[1:2] == " " else line[1:]
    if mark == "@":
        word, _, rest = line[1:].partition(" ")
        if word not in ("retry", "repeat", "restart", "kill", "wait"):
            raise FormatError(path, number, f"unknown directive @{word}")
        step.directives.append((word, rest.strip()))
    elif mark == ">":
        if step.status is not None:
            raise FormatError(path, number, "request after answer; start a new step with `## name`")
        if step.request_line is None:
            if not re.match(r"^[A-Z]+ /", text):
                raise FormatError(path, number, "the first request line is `> METHOD /path`")
            step.request_line = text
        else:
            step.request.append(text)
    elif mark == "<":
        if step.status is None:
            step.status = text.strip()
        else:
            step.answer.append(text)
    elif mark == "=":
        step.checks.append(read_check(path, number, line))
    else:
        raise FormatError(path, number, f"a line starts with > < = @ or #, not {line[:12]!r}")


def read_check(path, number, line):
    match = CHECK.match(line)
    if not match:
        raise FormatError(path, number, "a check is `= native [as USER] GET /path -> items[0].title == \"x\"` or `-> PATTERN`")
    user, target, rest = match.groups()
    compared = CHECK_PATH.match(rest)
    where, operator, pattern = compared.groups() if compared else ("", "==", rest)
    return number, user or "admin", target, where, operator, pattern


def split_head(lines):
    """Header lines, then the body: after an empty line, or from the first line that is no header."""
    headers = []
    for index, line in enumerate(lines):
        if line == "":
            return headers, lines[index + 1:]
        match = HEADER.match(line)
        if not match:
            return headers, lines[index:]
        headers.append((match.group(1), match.group(2) or ""))
    return headers, []


def beside(path, name):
    return os.path.join(os.path.dirname(path), name)
