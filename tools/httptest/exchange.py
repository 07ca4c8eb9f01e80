"""Turns a step into one HTTP exchange and compares the answer."""
import base64
import email.utils
import hashlib
import hmac
import http.client
import json
import re
import time
import urllib.parse
import uuid

import pattern
import transcript

MACRO = re.compile(r"\{\{([^{}]+)\}\}")
SIGNED = "{{ddy:"
TIMEOUT_S = 30
BODY_SHOWN_MAX = 4000


class MacroError(Exception):
    """A {{macro}} has no value."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    def text(self):
        return self.body.decode("utf-8", "backslashreplace")


def send(url, method, target, headers, body):
    """One request on a connection of its own; headers go out exactly as given, once, in order."""
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        names = {name.lower() for name, _ in headers}
        if "host" not in names:
            connection.putheader("Host", parts.netloc)
        for name, value in headers:
            connection.putheader(name, value.encode("utf-8"))
        if "content-length" not in names and (body or method in ("POST", "PUT", "PATCH")):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


class Scope:
    """Names of one transcript run and the macros that need the server."""

    def __init__(self, url, variables, codes):
        self.url, self.values, self.codes = url, dict(variables), codes

    def fill(self, text, quote=lambda value: value):
        return MACRO.sub(lambda match: quote(self.value(match.group(1))), text)

    def fill_json(self, text):
        return self.fill(text, lambda value: json.dumps(value, ensure_ascii=False)[1:-1])

    def value(self, macro):
        name, _, rest = macro.partition(":")
        if name == "basic":
            return base64.b64encode(rest.encode("utf-8")).decode("ascii")
        if name in ("code", "newcode"):
            return self.code(rest, name == "newcode")
        if name == "url":
            return urllib.parse.quote(self.value(rest), safe="")
        if name == "uuid":
            return str(uuid.uuid4())
        if name == "server":
            return self.url
        if name == "date":
            return email.utils.formatdate(time.time() + float(rest or 0), usegmt=True)
        if name == "time":
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + float(rest or 0)))
        if macro in self.values:
            return self.values[macro]
        raise MacroError(f"{{{{{macro}}}}} has no value; capture it first with <{macro}=any> or # set: {macro} = ...")

    def code(self, who, fresh):
        """A security code of the demo: its password is the user name unless `user:password` is given."""
        user, _, password = who.partition(":")
        if fresh or who not in self.codes:
            login = base64.b64encode(f"{user}:{password or user}".encode("utf-8")).decode("ascii")
            answer = send(self.url, "GET", "/accounts/api/security/get/", [("Authorization", "Basic " + login)], b"")
            try:
                self.codes[who] = json.loads(answer.body)["result"]["security"]
            except (ValueError, KeyError, TypeError):
                raise MacroError(f"no security code for {user}: {answer.status} {answer.text()[:200]}") from None
        return self.codes[who]


class Request:
    def __init__(self, step, scope):
        head, lines = transcript.split_head(step.request)
        self.method, target = step.request_line.split(" ", 1)
        self.target = urllib.parse.quote(scope.fill(target), safe="!#$%&'()*+,/:;=?@[]~-._")
        self.headers = [(name, value) for name, value in head]
        self.body = self.build_body(step, scope, lines)
        self.headers = [(name, value if value.startswith(SIGNED) else scope.fill(value)) for name, value in self.headers]
        self.sign()
        # `Content-Type:` with nothing behind it sends none, not even the default one.
        self.headers = [(name, value) for name, value in self.headers if not (name.lower() == "content-type" and not value)]

    def content_type(self):
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)

    def default_type(self, value):
        if self.content_type() is None:
            self.headers.append(("Content-Type", value))

    def build_body(self, step, scope, lines):
        if not lines:
            return b""
        if lines[0] == "@form":
            self.default_type("application/x-www-form-urlencoded")
            pairs = [line.partition("=")[::2] for line in lines[1:]]
            return urllib.parse.urlencode([(scope.fill(key), scope.fill(value)) for key, value in pairs]).encode("ascii")
        if lines[0] == "@multipart":
            return self.build_multipart(step, scope, lines[1:])
        if lines[0].lstrip()[:1] in ("{", "["):
            self.default_type("application/json")
            fill = scope.fill_json
        else:
            fill = scope.fill
        is_multipart = (self.content_type() or "").lower().startswith("multipart/")
        end = b"\r\n" if is_multipart else b"\n"
        body = end.join(raw_line(step.path, line, fill) for line in lines)
        return body + end if is_multipart else body

    def build_multipart(self, step, scope, lines):
        boundary = "httptest-" + hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()[:24]
        self.default_type(f"multipart/form-data; boundary={boundary}")
        parts = []
        for line in lines:
            head, _, value = line.partition("=") if ";" not in line.partition("=")[0] else line.partition(" = ")
            fields = [field.strip() for field in head.split(";")]
            disposition = f'Content-Disposition: form-data; name="{scope.fill(fields[0])}"'
            kind = ""
            for field in fields[1:]:
                key, _, text = field.partition("=")
                if key == "filename":
                    disposition += f'; filename="{text}"'
                elif key == "type":
                    kind = f"\r\nContent-Type: {text}"
            data = raw_line(step.path, value, scope.fill)
            parts.append(f"--{boundary}\r\n{disposition}{kind}\r\n\r\n".encode("utf-8") + data + b"\r\n")
        return b"".join(parts) + f"--{boundary}--\r\n".encode("ascii")

    def sign(self):
        """`Authorization: {{ddy:ID:SECRET}}` signs method, type, date, x-ddy headers and target with HMAC-SHA1."""
        for index, (name, value) in enumerate(self.headers):
            if not value.startswith(SIGNED):
                continue
            key_id, secret = value[len(SIGNED):-2].split(":", 1)
            have = {key.lower(): text for key, text in reversed(self.headers)}
            if "date" not in have:
                have["date"] = email.utils.formatdate(usegmt=True)
                self.headers.append(("Date", have["date"]))
            text = text_to_sign(self.method, self.target, have)
            digest = hmac.new(secret.encode("utf-8"), text.encode("utf-8"), hashlib.sha1).digest()
            self.headers[index] = (name, f"DDY {key_id}:{base64.b64encode(digest).decode('ascii')}")

    def show(self):
        lines = [f"> {self.method} {self.target}"] + [f"> {name}: {value}" for name, value in self.headers]
        return "\n".join(lines + prefixed("> ", self.body.decode("utf-8", "backslashreplace")))


def text_to_sign(method, target, headers):
    """`headers` has lower-case names. The target is signed as it stands on the wire, query items sorted by key."""
    path, question, query = target.partition("?")
    path = "/" + "/".join(part for part in path.split("/") if part) + ("/" if path.endswith("/") and path.strip("/") else "")
    items = {}
    for item in query.split("&") if question else []:
        key, _, value = item.partition("=")
        items.setdefault(key, value.split("=")[0])
    tail = path + ("?" + "&".join(f"{key}={items[key]}" for key in sorted(items)) if items else "")
    extra = "".join(f"{name}:{re.sub(' +', ' ', headers[name])}\n" for name in sorted(headers) if name.startswith("x-ddy-"))
    return "\n".join([method, headers.get("content-md5", ""), headers.get("content-type", ""), headers["date"], extra + tail])


def raw_line(path, line, fill):
    """One body line as bytes: `@include FILE` is that file, `@hex 00 ff` those bytes, else the text."""
    if line.startswith("@include "):
        with open(transcript.beside(path, line[9:].strip()), "rb") as file:
            return file.read()
    if line.startswith("@hex "):
        return bytes.fromhex(line[5:])
    return fill(line).encode("utf-8")


def prefixed(mark, text):
    if len(text) > BODY_SHOWN_MAX:
        text = text[:BODY_SHOWN_MAX] + f" ... ({len(text)} characters)"
    return [mark + line for line in text.split("\n")] if text else []


def show_answer(answer):
    head = [f"< {answer.status}"] + [f"< {name}: {value}" for name, value in answer.headers]
    return "\n".join(head + prefixed("< ", answer.text()))


def compare(step, answer, scope, ordered):
    """Returns mismatch lines; captures go into the scope when there are none."""
    mismatches, captures = [], {}
    if not status_fits(step.status, answer.status):
        mismatches.append(f"status: expected {step.status}, got {answer.status}")
    headers, lines = transcript.split_head(step.answer)
    for name, expected in headers:
        value = answer.header(name.lstrip("!"))
        match = pattern.Match()
        if name.startswith("!"):
            if value is not None:
                mismatches.append(f"header {name[1:]}: expected none, got {value!r}")
        elif value is None:
            mismatches.append(f"header {name}: expected {expected!r}, got none")
        elif not match.compare_text(scope.fill(expected), value):
            mismatches.append(f"header {name}: expected {expected!r}, got {value!r}")
        captures.update(match.captures)
    mismatches += compare_body(step, answer, scope, ordered, lines, captures)
    if not mismatches:
        scope.values.update(captures)
    return mismatches


def status_fits(expected, status):
    expected = expected.split(" ")[0]
    return re.fullmatch(expected.replace("x", r"\d"), str(status)) is not None


def compare_body(step, answer, scope, ordered, lines, captures):
    if not lines:
        return []
    mode = lines[0]
    if mode == "@empty":
        return [] if not answer.body else [f"body: expected none, got {answer.text()[:200]!r}"]
    if mode.startswith("@bytes "):
        expected = raw_line(step.path, "@include " + mode[7:], scope.fill)
        return [] if expected == answer.body else [f"body: differs from {mode[7:]} ({len(expected)} bytes), got {len(answer.body)} bytes"]
    if mode == "@exact":
        expected = scope.fill("\n".join(lines[1:]))
        return [] if expected == answer.text() else [f"body: expected exactly {expected!r}, got {answer.text()!r}"]
    match = pattern.Match(ordered or mode == "@ordered")
    if mode == "@text":
        if not match.compare_text(scope.fill("\n".join(lines[1:])), answer.text()):
            return [f"body: expected the text {chr(10).join(lines[1:])!r}, got {answer.text()!r}"]
    else:
        text = "\n".join(lines[1:] if mode in ("@ordered", "@json") else lines)
        wanted = pattern.Parser(scope.fill_json(text)).parse()
        try:
            actual = pattern.parse_json(answer.text())
        except ValueError as error:
            return [f"body: expected JSON, got {answer.text()[:200]!r} ({error})"]
        match.run(wanted, actual)
    captures.update(match.captures)
    return match.mismatches


def run_check(check, scope):
    """`= native GET ...`: reads the same facts through the native door, as another witness."""
    line, user, target, where, operator, text = check
    headers = [("Authorization", "Basic " + scope.value(f"basic:{user}:{user}")), ("Accept", "application/json")]
    filled = urllib.parse.quote(scope.fill(target), safe="!#$%&'()*+,/:;=?@[]~-._")
    answer = send(scope.url, "GET", filled, headers, b"")
    label = f"line {line}: native GET {filled}"
    if answer.status != 200:
        return [f"{label}: status {answer.status} {answer.text()[:200]}"]
    wanted = pattern.Parser(scope.fill_json(text)).parse()
    try:
        actual = pattern.pick(pattern.parse_json(answer.text()), where)
    except ValueError:
        return [f"{label}: no JSON: {answer.text()[:200]!r}"]
    except KeyError as error:
        return [f"{label}: no {error.args[0]} of {where} in {answer.text()[:400]}"]
    match = pattern.Match()
    fits = match.run(wanted, actual, where or "body")
    if operator == "!=":
        return [f"{label}: {where} is {pattern.show(actual)}, which it must not be"] if fits else []
    scope.values.update(match.captures if fits else {})
    return [f"{label}: {line}" for line in match.mismatches]
