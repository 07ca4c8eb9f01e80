#include "domain/process/bpmn/source_document.h"

#include "domain/process/bpmn/import.h"
#include "domain/process/testing/canonical_xml.h"

#include <gtest/gtest.h>

namespace cinnabar::process::bpmn {
namespace {

using testing::canonical_xml;

const std::string kDocument =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<!-- drawn by hand -->
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:x='urn:other' x:tool="it's &amp; 1">
  <b:collaboration id="co"><b:participant id="pool" processRef="b:p"/></b:collaboration>
  <b:process id="p" x:colour="r&#10;ed">
    <b:extensionElements><x:data a="1"><![CDATA[ <raw> & ]]></x:data></b:extensionElements>
    <?hint keep this?>
    <b:startEvent   id="s" name='Go'/><b:sequenceFlow id="f" sourceRef="s" targetRef="c"/>
    <b:callActivity id="c" calledElement="p"/>
    <b:endEvent id="e"/><b:sequenceFlow id="g" sourceRef="c" targetRef="e"/>
  </b:process>
  <di:BPMNDiagram id="d"><di:BPMNPlane id="pl" bpmnElement="b:p"/></di:BPMNDiagram>
</b:definitions>
)";

SourceDocument parsed(const std::string& xml) {
  auto document = SourceDocument::parse(xml);
  EXPECT_TRUE(static_cast<bool>(document));
  return std::move(document).value();
}

TEST(CanonicalXml, what_readers_do_not_see_does_not_count) {
  EXPECT_EQ(
      canonical_xml("<a xmlns='u' y='2' x='1'/>"),
      canonical_xml("<?xml version='1.0'?><!-- c --><q:a   x=\"1\" y=\"2\" xmlns:q=\"u\"></q:a>"));
  EXPECT_EQ(canonical_xml("<a><![CDATA[<&]]></a>"), canonical_xml("<a>&lt;&#38;</a>"));
}

TEST(CanonicalXml, what_readers_see_counts) {
  EXPECT_NE(canonical_xml("<a xmlns='u'/>"), canonical_xml("<a xmlns='v'/>"));
  EXPECT_NE(canonical_xml("<a xmlns:p='u' p:x='1'/>"), canonical_xml("<a x='1'/>"));
  EXPECT_NE(canonical_xml("<a> </a>"), canonical_xml("<a/>"));
  EXPECT_NE(canonical_xml("<a><b/><c/></a>"), canonical_xml("<a><c/><b/></a>"));
  EXPECT_NE(canonical_xml("<a><b/></a>"), canonical_xml("<a/>"));
  EXPECT_EQ(canonical_xml("<a>"), "malformed");
}

TEST(SourceDocument, what_is_not_changed_is_written_as_it_was) {
  const std::string written = parsed(kDocument).write();
  EXPECT_EQ(canonical_xml(written), canonical_xml(kDocument));
  EXPECT_NE(written.find("<!-- drawn by hand -->"), std::string::npos);
  EXPECT_NE(written.find("<![CDATA[ <raw> & ]]>"), std::string::npos);
  EXPECT_NE(written.find("<?hint keep this?>"), std::string::npos);
}

TEST(SourceDocument, a_document_without_declaration_gets_none) {
  const std::string xml = kDocument.substr(kDocument.find("<b:definitions"));
  EXPECT_TRUE(parsed(xml).write().starts_with("<b:definitions"));
}

TEST(SourceDocument, renaming_changes_one_attribute) {
  SourceDocument document = parsed(kDocument);
  ASSERT_TRUE(static_cast<bool>(document.rename("s", "A < \"B\"")));
  std::string expected = kDocument;
  expected.replace(expected.find("'Go'"), 4, "'A &lt; &quot;B&quot;'");
  EXPECT_EQ(canonical_xml(document.write()), canonical_xml(expected));
  ASSERT_TRUE(static_cast<bool>(document.rename("s", "")));
  EXPECT_EQ(document.write().find("A &lt;"), std::string::npos);
  ASSERT_TRUE(static_cast<bool>(document.rename("e", "End")));
  EXPECT_NE(document.write().find("id=\"e\" name=\"End\""), std::string::npos);
}

TEST(SourceDocument, names_of_nothing_are_refused) {
  SourceDocument document = parsed(kDocument);
  EXPECT_EQ(document.rename("nobody", "x").error().code, Code::not_found);
  EXPECT_EQ(document.rename("d", "x").error().code, Code::not_found);  // no BPMN element
  EXPECT_EQ(document.rename("s", std::string(201, 'x')).error().code, Code::invalid_argument);
  EXPECT_EQ(canonical_xml(document.write()), canonical_xml(kDocument));
}

TEST(SourceDocument, a_new_key_reaches_every_reference) {
  SourceDocument document = parsed(kDocument);
  ASSERT_TRUE(static_cast<bool>(document.rekey("p", "copy")));
  const std::string written = document.write();
  EXPECT_NE(written.find("processRef=\"b:copy\""), std::string::npos);
  EXPECT_NE(written.find("bpmnElement=\"b:copy\""), std::string::npos);
  EXPECT_NE(written.find("calledElement=\"copy\""), std::string::npos);
  const Imported imported = import(written, nullptr);
  ASSERT_NE(imported.definition, nullptr);
  EXPECT_EQ(imported.definition->key, "copy");
}

TEST(SourceDocument, keys_that_can_not_be_ids_are_refused) {
  SourceDocument document = parsed(kDocument);
  for (const char* key : {"", "1a", "a b", "a:b", "a<", "s"}) {
    EXPECT_EQ(document.rekey("p", key).error().code, Code::invalid_argument) << key;
  }
  EXPECT_EQ(document.rekey("s", "copy").error().code, Code::not_found);
  EXPECT_EQ(canonical_xml(document.write()), canonical_xml(kDocument));
}

TEST(SourceDocument, what_import_does_not_read_is_refused) {
  for (const std::string& xml :
       {std::string("<a>"), std::string("<a/>"), "<!DOCTYPE a [<!ENTITY x \"y\">]>" + kDocument}) {
    EXPECT_EQ(SourceDocument::parse(xml).error().code, Code::invalid_argument);
  }
}

}  // namespace
}  // namespace cinnabar::process::bpmn
