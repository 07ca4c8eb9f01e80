#!/usr/bin/env python3
"""Tests of the transcript runner against a small server in this process, and of its server start and stop."""
import base64
import contextlib
import http.server
import io
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import exchange  # noqa: E402
import pattern  # noqa: E402
import run  # noqa: E402
import transcript  # noqa: E402


class Handler(http.server.BaseHTTPRequestHandler):
    """Echoes requests, hands out security codes, and counts calls of /count."""
    counts = {}

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        body = body.encode("utf-8") if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        login = base64.b64decode(self.headers.get("Authorization", "")[6:] or b"").decode("utf-8", "replace")
        if self.path == "/accounts/api/security/get/":
            user, _, password = login.partition(":")
            good = user == password
            self.answer(200, json.dumps({"status": 200 if good else 403, "result": {"security": "code-of-" + user} if good else None}))
        elif self.path == "/echo":
            self.answer(200, json.dumps({"method": self.command, "type": self.headers.get("Content-Type"), "body": data.decode("latin-1"),
                                         "auth": self.headers.get("Authorization")}))
        elif self.path == "/page":
            self.answer(200, '{"items": [{"id": 1, "title": "a"}, {"id": 2, "title": "b"}, {"id": 3, "title": "c"}], "next": null}')
        elif self.path == "/digits":
            self.answer(200, '{"price": 19.90, "text": "19.90"}')
        elif self.path == "/text":
            self.answer(200, "line 1\nid=42;", "text/plain")
        elif self.path.startswith("/count"):
            self.counts[self.path] = self.counts.get(self.path, 0) + 1
            self.answer(200, json.dumps({"n": self.counts[self.path]}))
        elif self.path == "/none":
            self.answer(204, b"")
        elif self.path.startswith("/api/v1/"):
            self.answer(200, json.dumps({"items": [{"title": "x", "by": login}]}))
        else:
            self.answer(404, json.dumps({"path": self.path}))

    do_GET = do_POST = do_PUT = do_DELETE = handle_any


class RunnerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def run_text(self, text, files=()):
        """Runs one transcript; returns (passed, failed, output)."""
        with tempfile.TemporaryDirectory() as folder:
            for name, data in dict(files).items():
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(data)
            path = os.path.join(folder, "case.httptest")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            options = run.argparse.Namespace(url=self.url, binary=None, verbose=False)
            runner = run.Runner(options)
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                runner.run([path])
        return runner.passed, runner.failed, output.getvalue()

    def assert_passes(self, text, steps=1, files=()):
        passed, failed, output = self.run_text(text, files)
        self.assertEqual((passed, failed), (steps, 0), output)

    def assert_fails(self, text, *expected, files=()):
        _, failed, output = self.run_text(text, files)
        self.assertGreater(failed, 0, output)
        for piece in expected:
            self.assertIn(piece, output)

    def test_json_body_is_compared_by_structure(self):
        self.assert_passes('## echo\n> POST /echo\n> {"a": "{{basic:u:p}}"}\n< 200\n< Content-Type: application/json\n'
                           '< {"type": "application/json", "method": "POST",\n<  "body": "<any>", "auth": null}\n')

    def test_wrong_value_extra_member_and_missing_member_are_named(self):
        self.assert_fails('## page\n> GET /page\n< 200\n< {"items": [{"id": 9, "title": "a"}, ...]}\n',
                          "body.items[0].id: expected 9, got 1", "body.next: expected no such member, got null")
        self.assert_fails('## page\n> GET /page\n< 200\n< {"gone": 1, ...}\n', "body.gone: expected 1, got no such member")

    def test_status_and_header_mismatch(self):
        self.assert_fails("## page\n> GET /page\n< 404\n", "status: expected 404, got 200")
        self.assert_fails("## page\n> GET /page\n< 200\n< X-Gone: 1\n", "header X-Gone")
        self.assert_fails("## page\n> GET /page\n< 200\n< !Content-Type:\n", "header Content-Type: expected none")
        self.assert_passes("## page\n> GET /page\n< 2xx\n< Content-Length: <int>\n< !X-Gone:\n")

    def test_captures_flow_into_later_steps_and_files_set_names(self):
        self.assert_passes('# set: second = b\n## first\n> GET /page\n< 200\n'
                           '< {"items": [{"id": "<wrong=string>"}, ...], ...}\n'.replace('"<wrong=string>"', "<id=int>, \"title\": \"<t=string>\"")
                           + '\n## second\n> POST /echo\n> {"id": {{id}}, "t": "{{t}}{{second}}"}\n< 200\n'
                           '< {"body": "{\\"id\\": 1, \\"t\\": \\"ab\\"}", ...}\n', steps=2)

    def test_use_before_capture_fails(self):
        self.assert_fails("## x\n> GET /{{nothing}}\n< 404\n", "{{nothing}} has no value")

    def test_failed_step_captures_nothing(self):
        self.assert_fails('## a\n> GET /page\n< 201\n< {"items": <items=any>, ...}\n## b\n> GET /{{items}}\n< 404\n', "has no value")

    def test_numbers_keep_their_digits_and_kinds_are_strict(self):
        self.assert_passes('## d\n> GET /digits\n< 200\n< {"price": 19.90, "text": "19.90"}\n')
        self.assert_passes('## d\n> GET /digits\n< 200\n< {"price": <number>, "text": "<number>"}\n')
        self.assert_fails('## d\n> GET /digits\n< 200\n< {"price": 19.9, ...}\n', "expected 19.9, got 19.90")
        self.assert_fails('## d\n> GET /digits\n< 200\n< {"price": "19.90", ...}\n', 'expected the string "19.90"')
        self.assert_fails('## d\n> GET /digits\n< 200\n< {"text": <number>, ...}\n', "expected <number>")

    def test_key_order_when_asked(self):
        swapped = '{"next": null, "items": <any>}'
        self.assert_passes(f"## p\n> GET /page\n< 200\n< {swapped}\n")
        self.assert_fails(f"# json: ordered\n## p\n> GET /page\n< 200\n< {swapped}\n", "members in the order next items")
        self.assert_fails(f"## p\n> GET /page\n< 200\n< @ordered\n< {swapped}\n", "members in the order next items")

    def test_gaps_in_arrays(self):
        self.assert_passes('## p\n> GET /page\n< 200\n< {"items": [..., {"id": 2, "title": "<t=any>"}, ...], ...}\n'
                           "## use\n> GET /{{t}}\n< 404\n< {\"path\": \"/b\"}\n", steps=2)
        self.assert_fails('## p\n> GET /page\n< 200\n< {"items": [..., {"id": 2, ...}], ...}\n', "body.items")

    def test_exact_text_and_empty_bodies(self):
        self.assert_passes("## t\n> GET /text\n< 200\n< @exact\n< line 1\n< id=42;\n")
        self.assert_fails("## t\n> GET /text\n< 200\n< @exact\n< line 1\n", "expected exactly")
        self.assert_passes("## t\n> GET /text\n< 200\n< @text\n< line <int>\n< id=<id=digits>;\n## u\n> GET /{{id}}\n< 404\n"
                           '< {"path": "/42"}\n', steps=2)
        self.assert_passes("## n\n> GET /none\n< 204\n< @empty\n")
        self.assert_fails("## n\n> GET /page\n< 200\n< @empty\n", "body: expected none")
        self.assert_passes("## b\n> GET /text\n< 200\n< @bytes a.txt\n", files={"a.txt": b"line 1\nid=42;"})
        self.assert_fails("## b\n> GET /text\n< 200\n< @bytes a.txt\n", "differs", files={"a.txt": b"line 1"})

    def test_form_body(self):
        self.assert_passes('## f\n> POST /echo\n> @form\n> formdata=[{"id": 1}]\n> x=a b&\n< 200\n< {"type": "application/x-www-form-urlencoded",'
                           ' "body": "formdata=%5B%7B%22id%22%3A+1%7D%5D&x=a+b%26", ...}\n')

    def test_raw_multipart_gets_crlf_and_files(self):
        self.assert_passes('## m\n> POST /echo\n> Content-Type: multipart/form-data; boundary=b\n>\n> --b\n> Content-Disposition: '
                           'form-data; name="f"; filename="a"\n>\n> @include a.bin\n> @hex 00 ff\n> --b--\n< 200\n'
                           '< {"body": "--b\\r\\nContent-Disposition: form-data; name=\\"f\\"; filename=\\"a\\"\\r\\n\\r\\n\\u0001\\n\\u0002'
                           '\\r\\n\\u0000\\u00ff\\r\\n--b--\\r\\n", ...}\n', files={"a.bin": b"\x01\n\x02"})

    def test_built_multipart(self):
        self.assert_passes('## m\n> POST /echo\n> @multipart\n> a={"x": "y;z"}\n> files; filename=n.txt; type=text/plain = hello\n< 200\n'
                           '< {"type": "multipart/form-data; boundary=<b=any>", "body": "<any>name=\\"a\\"\\r\\n\\r\\n{\\"x\\": \\"y;z\\"}\\r\\n<any>'
                           'name=\\"files\\"; filename=\\"n.txt\\"\\r\\nContent-Type: text/plain\\r\\n\\r\\nhello\\r\\n--<any>--\\r\\n", ...}\n')

    def test_content_type_can_be_left_out(self):
        self.assert_passes('## n\n> POST /echo\n> Content-Type:\n> {"a": 1}\n< 200\n< {"type": null, "body": "<any>", ...}\n')

    def test_code_and_basic_macros(self):
        self.assert_passes('## c\n> POST /echo\n> Authorization: Basic {{basic:u:p}}\n> {"security": "{{code:alice}}", "again": "{{code:alice}}"}\n'
                           '< 200\n< {"body": "{\\"security\\": \\"code-of-alice\\", \\"again\\": \\"code-of-alice\\"}", "auth": "Basic dTpw", ...}\n')
        self.assert_fails('## c\n> POST /echo\n> {"security": "{{code:alice:wrong}}"}\n< 200\n', "no security code for alice")

    def test_times_are_from_now(self):
        self.assert_passes('## t\n> POST /echo\n> {"a": "{{time:86400}}"}\n< 200\n'
                           '< {"body": "<re:.*20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z.*>", ...}\n')

    def test_native_checks(self):
        step = '## n\n> GET /page\n< 200\n= native as bob GET /api/v1/work-items?x=1 -> items[0].by == "bob:bob"\n'
        self.assert_passes(step + '= native GET /api/v1/x -> items.length == 1\n= native GET /api/v1/x -> {"items": [{"title": "x", ...}]}\n'
                           '= native GET /api/v1/x -> items[0].title != "y"\n')
        self.assert_fails(step.replace('"bob:bob"', '"eve:eve"'), 'expected "eve:eve", got "bob:bob"')
        self.assert_fails("## n\n> GET /page\n< 200\n= native GET /api/v1/x -> items[7].title == \"x\"\n", "no [7] of")
        self.assert_fails("## n\n> GET /page\n< 200\n= native GET /gone -> items == 1\n", "status 404")
        self.assert_fails("## n\n> GET /page\n< 200\n= native GET /api/v1/x -> items[0].title != \"x\"\n", "must not be")

    def test_retry_waits_for_the_answer_and_repeat_sends_again(self):
        self.assert_passes("## r\n@retry 5s\n> GET /count/retry\n< 200\n< {\"n\": 3}\n")
        self.assert_passes("## r\n@repeat 4\n> GET /count/repeat\n< 200\n## then\n> GET /count/repeat\n< 200\n< {\"n\": 5}\n", steps=2)
        self.assert_fails("## r\n@retry 0.3s\n> GET /page\n< 404\n", "expected 404")

    def test_included_steps_run_first(self):
        self.assert_passes('@include _login.httptest\n## use\n> GET /{{id}}\n< 404\n< {"path": "/1"}\n', steps=2,
                           files={"_login.httptest": b'## get\n> GET /page\n< 200\n< {"items": [{"id": <id=int>, ...}, ...], ...}\n'})

    def test_format_errors_name_the_line(self):
        self.assert_fails("> GET /\n", "case.httptest:1: text before the first")
        self.assert_fails("## a\n> GET /\n", "a step without answer")
        self.assert_fails("## a\n< 200\n", "a step without request")
        self.assert_fails("## a\n> GET /\n< 200\nhello\n", "case.httptest:4:")
        self.assert_fails("## a\n> GET /\n< 200\n= nonsense\n", "a check is")
        self.assert_fails("# only a comment\n", "no step")
        self.assert_fails('## a\n> GET /page\n< 200\n< {"a": oops}\n', "body pattern line 1")

    def test_non_ascii_target_is_percent_encoded(self):
        self.assert_passes('## u\n> GET /\u6703 x?a={{url:basic:u:p}}%20\n< 404\n< {"path": "/%E6%9C%83%20x?a=dTpw%20"}\n')


class SignatureTest(unittest.TestCase):
    DATE = "Thu, 30 Aug 2018 02:55:22 GMT"

    def sign(self, method, target, *headers):
        step = transcript.Step("x", "x", 1)
        step.request_line = f"{method} {target}"
        step.request = [f"Date: {self.DATE}", *headers, "Authorization: {{ddy:ak-demo-0001:sk-demo-secret-0001}}"]
        request = exchange.Request(step, exchange.Scope("http://x", {}, {}))
        return dict(request.headers)["Authorization"]

    def test_known_vectors(self):
        self.assertEqual(self.sign("GET", "/v1/date"), "DDY ak-demo-0001:N7QoRaF1YUXE1ofCWrzvrjrHA50=")
        self.assertEqual(self.sign("GET", "/v1/workflow/templates/8c50cd03-905b-8dd1-d7a9-1bbf35b868f1/instances"
                                   "?start=0&limit=20&sort=-CreateTime&count=True"), "DDY ak-demo-0001:ne3Ruag5TZy3cRy+nwiY70nRi1I=")
        self.assertEqual(self.sign("POST", "/v1/form/templates/Employee/instances?containsAuthority=False",
                                   "Content-Type: application/x-www-form-urlencoded"), "DDY ak-demo-0001:2OlIr+zN/w0bSyVoE7SxKEeZkT0=")


class MatchTest(unittest.TestCase):
    def fits(self, wanted, actual):
        return pattern.Match().run(pattern.Parser(wanted).parse(), pattern.parse_json(actual))

    def test_kinds(self):
        good = {"<int>": "-3", "<digits>": "12", "<number>": "1e3", "<string>": '""', "<nonempty>": '"a"', "<bool>": "false", "<any>": "null",
                "<uuid>": '"8c50cd03-905b-8dd1-d7a9-1bbf35b868f1"', "<hex24>": '"59264073a2a60c0c08e20bfb"',
                "<time>": '"2020-07-07T13:50:21.494"', '"<int> of <int>"': '"1 of 2"', "<re:a+>": '"aaa"'}
        bad = {"<int>": "1.0", "<digits>": "-1", "<number>": '"1"', "<string>": "1", "<nonempty>": '""', "<bool>": "0",
               "<uuid>": '"8c50"', "<hex24>": '"59264073A2A60C0C08E20BFB"', "<time>": '"yesterday"', '"<int> of <int>"': '"1 of x"',
               "<re:a+>": '"ab"', "1": "true", "null": "false", "[]": "{}", "{}": "[]", "[1]": "[1, 2]"}
        for wanted, actual in good.items():
            self.assertTrue(self.fits(wanted, actual), (wanted, actual))
        for wanted, actual in bad.items():
            self.assertFalse(self.fits(wanted, actual), (wanted, actual))

    def test_repeated_members_are_a_mismatch(self):
        self.assertFalse(self.fits('{"a": 1}', '{"a": 1, "a": 1}'))

    def test_unknown_angle_brackets_are_text(self):
        self.assertTrue(self.fits('"<b>x</b>"', '"<b>x</b>"'))


FAKE_SERVER = f"""#!{sys.executable}
import http.server, os, signal, sys
arguments = sys.argv[1:]
assert arguments[:2] == ["serve", "--demo"], arguments
data = arguments[arguments.index("--data") + 1]
port = int(arguments[arguments.index("--listen") + 1].split(":")[1])
os.makedirs(data, exist_ok=True)
mode = os.environ.get("FAKE_MODE", "")
if mode == "crash":
    print("no such luck"); sys.exit(3)
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self):
        path = os.path.join(data, "hits")
        if self.path == "/hit":
            open(path, "a").write("x")
        body = ('{{"hits": %d}}' % (len(open(path).read()) if os.path.exists(path) else 0)).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
def stop(*_):
    os._exit(4 if mode == "dirty" else 0)
signal.signal(signal.SIGTERM, stop)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


class ServerTest(unittest.TestCase):
    def run_binary(self, texts, mode=""):
        with tempfile.TemporaryDirectory() as folder:
            binary = os.path.join(folder, "cinnabar")
            with open(binary, "w", encoding="utf-8") as file:
                file.write(FAKE_SERVER)
            os.chmod(binary, os.stat(binary).st_mode | stat.S_IXUSR)
            for number, text in enumerate(texts):
                with open(os.path.join(folder, f"{number}.httptest"), "w", encoding="utf-8") as file:
                    file.write(text)
            done = subprocess.run([sys.executable, os.path.join(HERE, "run.py"), "--binary", binary, folder], check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "FAKE_MODE": mode}, timeout=60)
        return done.returncode, done.stdout.decode("utf-8")

    HIT = '## hit\n> GET /hit\n< 200\n< {"hits": 1}\n'

    def test_each_file_has_its_own_server_and_data(self):
        self.assertEqual(self.run_binary([self.HIT, self.HIT])[0], 0)

    def test_a_shared_server_keeps_its_data(self):
        second = self.HIT.replace("1}", "2}")
        status, output = self.run_binary(["# server: shared\n" + self.HIT, "# server: shared\n" + second])
        self.assertEqual(status, 0, output)
        self.assertTrue(output.endswith("2 passed, 0 failed\n"), output)

    def test_restart_and_kill_keep_the_data(self):
        text = self.HIT + '## stop\n@restart\n> GET /x\n< 200\n< {"hits": 1}\n## kill\n@kill\n> GET /hit\n< 200\n< {"hits": 2}\n'
        status, output = self.run_binary([text])
        self.assertEqual(status, 0, output)

    def test_a_server_that_does_not_start_fails_with_its_log(self):
        status, output = self.run_binary([self.HIT], "crash")
        self.assertEqual(status, 1)
        self.assertIn("no such luck", output)
        self.assertTrue(output.endswith("0 passed, 1 failed\n"), output)

    def test_a_server_that_stops_with_an_error_fails(self):
        status, output = self.run_binary([self.HIT], "dirty")
        self.assertEqual(status, 1)
        self.assertIn("the server ended with 4", output)

    def test_no_transcript_is_an_error(self):
        self.assertEqual(self.run_binary([])[0], 2)


if __name__ == "__main__":
    unittest.main()
