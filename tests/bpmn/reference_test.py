#!/usr/bin/env python3
"""The table of docs/reference/bpmn.md is true: every document it names is there, has the element of its row and, in a
row that says so, is refused with that rule; every node type of the registry has a row; and so has every element that any
document of the corpus uses."""
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ROW = re.compile(r"^\| `(\w+)`([^|]*)\| ([^|]*)\| (\w+) \|$")
ELEMENT = re.compile(r"<(?:bpmn2?:|semantic:|model:)?([A-Za-z]+)[\s/>]")
# Parts of others that need no row of their own, and one that the standard does not have.
PARTS = {"sourceRef", "targetRef", "inMessageRef", "participantRef", "messagePath", "dataInputRefs", "dataOutputRefs", "magicTask"}


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def rows():
    page = read(os.path.join(ROOT, "docs/reference/bpmn.md"))
    return [match.groups() for match in map(ROW.match, page.splitlines()) if match]


class ReferenceTest(unittest.TestCase):
    def test_there_is_a_table(self):
        self.assertGreater(len(rows()), 100)

    def test_every_row_is_shown_by_a_document_that_has_its_element(self):
        for element, _, _, name in rows():
            with self.subTest(element=element, document=name):
                self.assertIn(element, ELEMENT.findall(read(os.path.join(HERE, name + ".bpmn"))))
                self.assertTrue(os.path.exists(os.path.join(HERE, name + ".expect")))

    def test_what_is_called_refused_is_refused_and_nothing_else(self):
        for element, _, support, name in rows():
            with self.subTest(element=element, document=name):
                expected = read(os.path.join(HERE, name + ".expect"))
                self.assertEqual("refused" in support, "deploy: refused" in expected)
                rule = re.search(r"refused \(`(\w+)`\)", support)
                written = re.search(r"^rule: (\w+)$", expected, re.M)
                if rule and written:
                    self.assertEqual(rule.group(1), written.group(1))

    def test_every_node_type_has_a_row(self):
        folder = os.path.join(ROOT, "src/domain/process/nodes")
        elements = set()
        for name in os.listdir(folder):
            elements.update(re.findall(r'\.element = "(\w+)"', read(os.path.join(folder, name))))
        self.assertGreater(len(elements), 15)
        self.assertEqual(elements - {row[0] for row in rows()}, set())

    def test_every_element_of_the_corpus_has_a_row(self):
        used = set()
        for name in os.listdir(HERE):
            if name.endswith(".bpmn"):
                used.update(ELEMENT.findall(re.sub(r"<script>.*?</script>|<!--.*?-->", "<script/>", read(os.path.join(HERE, name)), flags=re.S)))
        self.assertEqual(used - {row[0] for row in rows()} - PARTS, set())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
