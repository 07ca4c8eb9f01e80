"""definition lint and definition simulate: documents before they are deployed, without server and data folder."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ROOT, Case, main  # noqa: E402

PACKAGE = os.path.join(ROOT, "examples/demo/apps/problem-management")
GOOD = os.path.join(PACKAGE, "processes/quick-ticket.bpmn")
FORM = os.path.join(PACKAGE, "forms/quick-ticket.json")
PEOPLE = os.path.join(ROOT, "examples/demo/directory.json")
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="urn:cinnabar:bpmn:1.0" targetNamespace="t">\n'


class LintTest(Case):
    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_a_good_document_says_nothing(self):
        result = self.cinnabar("definition", "lint", GOOD, "--form", FORM)
        self.assertEqual((result.code, result.out), (0, ""))

    def test_findings_come_one_per_line_with_file_line_rule_and_element(self):
        path = self.write("bad.bpmn", HEAD + '<process id="p" isExecutable="true">\n<startEvent id="s"/>\n'
                          '<sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/>\n</process></definitions>')
        result = self.cinnabar("definition", "lint", path)
        self.assertEqual(result.code, 3)
        self.assertIn(f"{path}:4: error: flow_target_missing (f): ", result.out)
        for line in result.out.splitlines():
            self.assertRegex(line, r"^.+:\d+: (error|warning): [a-z_]+( \(.+\))?: .+$")

    def test_warnings_alone_are_no_failure(self):
        path = self.write("remark.bpmn", HEAD + '<process id="p" isExecutable="true"><startEvent id="s"/>'
                          '<userTask id="a"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/></process></definitions>')
        result = self.cinnabar("definition", "lint", path)
        self.assertEqual(result.code, 0)
        self.assertIn(": warning: ", result.out)

    def test_several_files_as_json(self):
        path = self.write("empty.bpmn", "")
        result = self.cinnabar("definition", "lint", GOOD, path, "--json")
        self.assertEqual(result.code, 3)
        good, bad = json.loads(result.out)
        self.assertEqual((good["file"], good["deployable"]), (GOOD, True))
        self.assertEqual((bad["deployable"], bad["findings"][0]["is_error"]), (False, True))

    def test_a_file_that_is_not_there_fails(self):
        result = self.cinnabar("definition", "lint", os.path.join(self.folder, "nothing.bpmn"))
        self.assertEqual(result.code, 1)
        self.assertIn("nothing.bpmn", result.err)

    def test_a_file_must_be_named(self):
        self.assertEqual(self.cinnabar("definition", "lint").code, 2)


class SimulateTest(Case):
    def test_nodes_people_and_reasons(self):
        result = self.cinnabar("definition", "simulate", GOOD, "--form", FORM, "--people", PEOPLE,
                               "--initiator", "alice", "--fields", '{"FORMITM_1": "printer"}')
        self.assertEqual(result.code, 0, result.err)
        self.assertIn('FITEM_7 user_task "指派人工": approved', result.out)
        self.assertIn("group 資訊服務組 (", result.out)
        self.assertTrue(result.out.rstrip().endswith("ends as completed"), result.out)

    def test_without_people_it_is_stuck_and_says_where(self):
        result = self.cinnabar("definition", "simulate", GOOD, "--form", FORM)
        self.assertEqual(result.code, 3)
        self.assertIn("incident no_participant at FITEM_7", result.out)

    def test_variables_and_decisions_decide_the_way(self):
        document = os.path.join(ROOT, "tests/dialects/native/engine/processes/stuck.bpmn")

        def nodes(*arguments):
            result = self.cinnabar("definition", "simulate", document, "--people", PEOPLE, "--json", *arguments)
            self.assertEqual(result.code, 0, result.err)
            return [(step["node"]["id"], step["assumed"]) for step in result.json()["steps"]]

        self.assertEqual(nodes("--vars", '{"amount": 3}')[-1], ("other_end", None))
        steps = nodes("--vars", '{"amount": 30}', "--decisions", '[{"node": "check", "outcome": "rejected"}]')
        self.assertIn(("check", "rejected"), steps)

    def test_mistakes_are_told(self):
        for arguments in (("--vars", "{"), ("--fields", '{"nosuch": 1}'), ("--decisions", '[{"outcome": "x"}]'),
                          ("--people", PEOPLE, "--initiator", "nobody")):
            result = self.cinnabar("definition", "simulate", GOOD, "--form", FORM, *arguments)
            self.assertEqual(result.code, 1, arguments)
            self.assertNotEqual(result.err, "")

    def test_a_document_with_mistakes_does_not_run(self):
        path = os.path.join(ROOT, "tests/bpmn/refused_target_missing.bpmn")
        result = self.cinnabar("definition", "simulate", path)
        self.assertEqual(result.code, 3)
        self.assertIn("error: ", result.err)


if __name__ == "__main__":
    main()
