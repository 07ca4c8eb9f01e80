#!/usr/bin/env python3
"""Every door tells the same facts: instances are started, filled in, approved, rejected, sent back, handed on,
suspended and ended through a random door each, and after every step each door's reply is read again through the others.

Usage: facts_test.py PATH-OF-CINNABAR [--seed N] [--instances N]
"""
import argparse
import base64
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools", "httptest"))
sys.dont_write_bytecode = True

import exchange  # noqa: E402
import server as servers  # noqa: E402

PLACE = {"app_id": "6f0000000000000000000001", "entry_id": "6f0000000000000000000002"}
TEMPLATE = "/v1/workflow/templates/7c1d2a90-4a5b-4c3e-9d10-5b2f6a7c8d01/instances"
FIELDS = ["subject", "note", "amount"]
STEPS_MAX = 6
BATCH_END_S = 10
# What the numbers of the doors mean.
DADAYUN_STATES = {"running": 5, "completed": 1, "suspended": 2, "terminated": 3, "failed": 3}
JODOO_TASK_OPEN = 0


class Doors:
    """One client of each door."""

    def __init__(self, server):
        self.url = server.url
        self.scope = exchange.Scope(server.url, {}, {})
        self.tokens = {user: self.dadayun_token(user) for user in ("admin", "alice", "bob", "carol")}

    def ask(self, method, path, body, headers):
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise AssertionError(f"{method} {path} {body!r}: {refusal.code} {refusal.read()[:400]!r}") from None
        return json.loads(text) if text else None

    def dadayun_token(self, user):
        form = {"grant_type": "password", "username": user, "password": user, "client_id": "cid-demo", "client_secret": "cs-demo"}
        answer = self.ask("POST", "/connect/token", urllib.parse.urlencode(form).encode(),
                          {"Content-Type": "application/x-www-form-urlencoded"})
        return answer["access_token"]

    def native(self, method, path, body=None, user="admin"):
        basic = base64.b64encode(f"{user}:{user}".encode()).decode()
        return self.ask(method, "/api/v1" + path, body, {"Authorization": "Basic " + basic})

    def jodoo(self, path, body):
        answer = self.ask("POST", path, body, {"Authorization": "Bearer demo-jodoo-key-unlimited"})
        if answer.get("status") == "failure":
            raise AssertionError(f"{path} {body}: {answer}")
        return answer

    def dadayun(self, method, path, body=None, user="admin"):
        return self.ask(method, path, body, {"Authorization": "Bearer " + self.tokens[user]})

    def omflow(self, path, user="admin", **parameters):
        body = {"security": self.scope.code(user, False), "omflow_restapi": 1, **parameters}
        answer = self.ask("POST", "/rest/flowmanage/api" + path, body, {})
        if str(answer["status"]) != "200":
            raise AssertionError(f"{path} {parameters}: {answer}")
        return answer["result"]

    def batch(self, ids, user):
        headers = {"Authorization": "Bearer demo-dabeicloud-token"}
        check = self.ask("POST", f"/batch_approvals/_check?user_id={user}", ids, headers)
        if not all(one["supported"] for one in check):
            raise AssertionError(f"batch check of open tasks: {check}")
        number = self.ask("POST", f"/batch_approvals/_submit?user_id={user}", ids, headers)["batch_number"]
        deadline = time.monotonic() + BATCH_END_S
        while time.monotonic() < deadline:
            progress = self.ask("GET", f"/batch_approvals/_progress?user_id={user}&batch_number={number}", None, headers)
            if progress["processed"] == progress["total"]:
                if progress["failed_tasks"]:
                    raise AssertionError(f"batch: {progress}")
                return
            time.sleep(0.01)
        raise AssertionError(f"batch {number} does not end")


# ---- beginnings: each answers nothing, the native list says what there is ----


def start(doors, door, fields):
    if door == "native":
        doors.native("POST", "/process-instances", {"process": "facts/facts", "fields": fields}, "alice")
    elif door == "omflow":
        formdata = [{"id": name, "value": value} for name, value in fields.items()]
        doors.omflow("/omdata/edit/facts", "alice", action="create", formdata=formdata)
    elif door == "dadayun":
        doors.dadayun("POST", TEMPLATE, {"wfDataObjectInstances": [fields]}, "alice")
    else:
        data = {name: {"value": value} for name, value in fields.items()}
        rows = {"data_list": [data]} if door == "jodoo batch" else {"data": data}
        path = "batch_create" if door == "jodoo batch" else "create"
        doors.jodoo(f"/api/v5/app/entry/data/{path}",
                    {**PLACE, **rows, "is_start_workflow": True, "data_creator": "alice"})


BEGINNINGS = ["native", "omflow", "dadayun", "jodoo", "jodoo batch"]


class Case:
    """One instance, known by its ids at every door."""

    def __init__(self, doors, number):
        self.doors, self.number = doors, number
        self.path = f"/process-instances/facts/{number}"
        shown = doors.native("GET", self.path)
        self.id = shown["id"]
        subject = shown["fields"]["subject"]
        found = doors.jodoo("/api/v5/app/entry/data/list",
                            {**PLACE, "limit": 100, "filter": {"rel": "and", "cond": [
                                {"field": "subject", "type": "text", "method": "eq", "value": [subject]}]}})["data"]
        self.record = found[0]["_id"] if len(found) == 1 else None
        rule = json.dumps([{"Id": "Title", "Operator": "=", "Value1": subject}])
        rows = doors.dadayun("GET", TEMPLATE + "?filter=" + urllib.parse.quote(rule))
        self.guid = rows[0]["Id"] if len(rows) == 1 else None
        assert self.record and self.guid, f"{subject}: Jodoo finds {found}, Dadayun {rows}"

    def task(self, user):
        """The open work item of the user, as the native door shows it."""
        after = 0
        while after is not None:
            page = self.doors.native("GET", f"/work-items?limit=200&after={after}", None, user)
            for item in page["items"]:
                if item["process_instance"] == self.id:
                    return item
            after = page["next"]
        return None

    # ---- what each door says ----

    def by_native(self):
        shown = self.doors.native("GET", self.path)
        fields = {name: shown["fields"].get(name) for name in FIELDS}
        return {"state": shown["state"], "title": shown["title"], "fields": fields,
                "nodes": sorted(one["node"]["name"] for one in shown["positions"])}

    def by_jodoo(self):
        record = self.doors.jodoo("/api/v5/app/entry/data/get", {**PLACE, "data_id": self.record})["data"]
        flow = self.doors.jodoo("/api/v6/workflow/instance/get", {"instance_id": self.record, "tasks_type": 1})
        open_tasks = [one for one in flow["tasks"] if one["status"] == JODOO_TASK_OPEN]
        return {"flow_state": record["flowState"], "status": flow["status"], "title": flow["title"],
                "fields": {name: record.get(name) for name in FIELDS},
                "nodes": sorted({one["flow_name"] for one in open_tasks}),
                "asked": sorted(one["assignee"]["username"] for one in open_tasks)}

    def by_dadayun(self):
        row = self.doors.dadayun("GET", f"{TEMPLATE}/{self.guid}")
        names = row["CurrentNodeName"]
        return {"status": row["Status"], "title": row["Title"], "nodes": [names] if names else []}

    def by_omflow(self):
        rows = self.doors.omflow("/omdata/list/facts", search_conditions=[
            {"column": "data_no", "condition": "=", "value": self.number}, {"column": "history", "condition": "=", "value": False}])
        return {"titles": sorted({row["title"] for row in rows}), "nodes": sorted(row["stop_chart_text"] for row in rows if not row["closed"]),
                "closed": all(row["closed"] for row in rows),
                "fields": [{name: row[name] for name in FIELDS} for row in rows]}

    def check(self):
        native, jodoo, dadayun, omflow = self.by_native(), self.by_jodoo(), self.by_dadayun(), self.by_omflow()
        told = json.dumps([native, jodoo, dadayun, omflow], ensure_ascii=False, indent=1)

        def same(one, other):
            assert one == other, f"{one!r} is not {other!r}\n{told}"

        state = native["state"]
        is_open = state in ("running", "suspended")
        same(dadayun["status"], DADAYUN_STATES[state])
        same(jodoo["status"] == 0, is_open)
        same(jodoo["flow_state"] == 0, is_open)
        same(jodoo["flow_state"] == 1, state == "completed")
        same(omflow["closed"], not is_open)
        same(dadayun["nodes"], native["nodes"])
        # Of a suspended instance Jodoo's door lists no task that waits for somebody.
        same(jodoo["nodes"], native["nodes"] if state == "running" else [])
        if is_open:
            same(omflow["nodes"], native["nodes"])
        for title in (jodoo["title"], dadayun["title"], *omflow["titles"]):
            same(title, native["title"])
        for name in FIELDS:
            value = native["fields"][name]
            same(jodoo["fields"][name] or None, value or None)
            for row in omflow["fields"]:
                same(str(row[name] if row[name] is not None else ""), str(value if value is not None else ""))
        asked = sorted(user for user in ("admin", "alice", "bob", "carol") if self.task(user) is not None)
        if state == "running":
            same(jodoo["asked"], asked)
        return native, jodoo["asked"]


# ---- steps ----


def decide(case, door, user, verb):
    """`verb`: approve, reject, return or transfer. False when the door has no such verb here."""
    doors, item = case.doors, case.task(user)
    assert item is not None, f"{user} is asked by the door of Jodoo and not by the native one"
    jodoo = {"username": user, "instance_id": case.record, "task_id": item["dialect_ids"]["jodoo"], "comment": "c"}
    if door == "native":
        path = f"/work-items/{item['id']}/"
        if verb in ("approve", "reject"):
            doors.native("POST", path + "complete", {"outcome": "approved" if verb == "approve" else "rejected"}, user)
        elif verb == "return":
            doors.native("POST", path + "return", {"comment": "c"}, user)
        else:
            doors.native("POST", path + "transfer", {"to": "alice"}, user)
    elif door == "jodoo":
        if verb == "transfer":
            jodoo["transfer_username"] = "alice"
        if verb == "return":
            jodoo["flow_id"] = [one for one in doors.jodoo("/api/v6/workflow/instance/get",
                                {"instance_id": case.record, "tasks_type": 1})["tasks"] if one["flow_name"] == "Manager"][0]["flow_id"]
        version, name = {"approve": (1, "approve"), "reject": (1, "reject"), "return": (2, "rollback"),
                         "transfer": (1, "transfer")}[verb]
        doors.jodoo(f"/api/v{version}/workflow/task/{name}", jodoo)
    elif door == "dadayun" and verb in ("approve", "reject", "return"):
        row = doors.dadayun("GET", f"{TEMPLATE}/{case.guid}")
        doors.dadayun("PUT", f"{TEMPLATE}/{case.guid}/updateStatus", {
            "nodeId": row["CurrentNodeId"], "actionResultType": {"approve": 1, "reject": 2, "return": 3}[verb],
            "actionMemo": "c", "wfDataObjectInstances": []}, user)
    elif door == "omflow" and verb == "approve":
        position = doors.omflow("/omdata-data-id/get/facts", user, data_no=case.number)[0]["data_id"]
        doors.omflow("/omdata/edit/facts", user, action="update", data_id=position)
    elif door == "dabeicloud" and verb == "approve":
        doors.batch([item["dialect_ids"]["dabeicloud"]], user)
    else:
        return False
    return True


def write(case, rng):
    """A value from another door than the one that reads it."""
    value = rng.choice(["新值", "new", "it's", "a_b%"]) + str(rng.randrange(1000))
    case.doors.jodoo("/api/v5/app/entry/data/update", {**PLACE, "data_id": case.record, "data": {"note": {"value": value}}})


def step(case, rng, native, asked):
    """One random thing that is possible now; says what it was."""
    if native["state"] == "running" and asked and rng.random() < 0.75:
        user = asked[0]
        verbs = ["approve", "approve", "approve", "reject"]
        if native["nodes"] == ["Finance"]:
            verbs += ["return", "return"]
        if user != "alice":
            verbs += ["transfer"]
        verb, door = rng.choice(verbs), rng.choice(["native", "jodoo", "dadayun", "omflow", "dabeicloud"])
        return f"{verb} by {user} through {door}" if decide(case, door, user, verb) else None
    if native["state"] in ("running", "suspended") and rng.random() < 0.5:
        verb = "resume" if native["state"] == "suspended" else rng.choice(["suspend", "terminate"])
        case.doors.native("POST", f"{case.path}/{verb}", {"comment": "c"})
        return verb
    write(case, rng)
    return "write through jodoo"


def run(binary, seed, count):
    rng = random.Random(seed)
    server = servers.Server(binary, [])
    steps = 0
    try:
        server.deploy(os.path.join(HERE, "app"))
        doors = Doors(server)
        for number in range(1, count + 1):
            door, trace = BEGINNINGS[number % len(BEGINNINGS)], []
            fields = {"subject": f"案 {number}", "note": rng.choice(["x", "印表機", "100%"]), "amount": rng.choice([0, 5, -3, 19.5])}
            try:
                trace.append("start through " + door)
                start(doors, door, fields)
                case = Case(doors, number)
                native, asked = case.check()
                for _ in range(rng.randrange(STEPS_MAX + 1)):
                    done = step(case, rng, native, asked)
                    if done is None:
                        continue
                    trace.append(done)
                    steps += 1
                    native, asked = case.check()
            except (AssertionError, KeyError) as wrong:
                raise SystemExit(f"seed {seed}, instance {number}: {', then '.join(trace)}:\n{wrong!r}\n{wrong}") from wrong
    finally:
        server.close()
    print(f"{count} instances, {steps} steps, each read through four doors: the same facts")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--instances", type=int, default=60)
    options = parser.parse_args()
    run(options.binary, options.seed, options.instances)
