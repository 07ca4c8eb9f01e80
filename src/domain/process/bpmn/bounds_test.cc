// Documents that are made to be expensive: each is accepted or refused in bounded time and memory.
#include "domain/process/bpmn/import.h"
#include "vocab/limits.h"

#include <gtest/gtest.h>

namespace cinnabar::process::bpmn {
namespace {

const std::string kOpen =
    "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" xmlns:x=\"urn:x\" "
    "xmlns:c=\"urn:cinnabar:bpmn:1.0\">";

std::string first_error(const std::string& xml) {
  for (const Finding& finding : import(xml, nullptr).findings) {
    if (finding.is_error) return finding.rule;
  }
  return {};
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string line_of_tasks(std::size_t tasks) {
  std::string out = kOpen + "<process id=\"p\"><startEvent id=\"n0\"/>";
  for (std::size_t i = 1; i <= tasks; ++i) {
    out += "<task id=\"n" + std::to_string(i) + "\"/>";
  }
  out += "<endEvent id=\"n" + std::to_string(tasks + 1) + "\"/>";
  for (std::size_t i = 0; i <= tasks; ++i) {
    out += "<sequenceFlow id=\"f" + std::to_string(i) + "\" sourceRef=\"n" + std::to_string(i) +
           "\" targetRef=\"n" + std::to_string(i + 1) + "\"/>";
  }
  return out + "</process></definitions>";
}

TEST(ImportBounds, as_many_nodes_as_allowed_are_read) {
  const Imported imported = import(line_of_tasks(limits::kDefinitionNodesMax - 2), nullptr);
  ASSERT_NE(imported.definition, nullptr);
  EXPECT_EQ(imported.definition->nodes.size(), limits::kDefinitionNodesMax);
  EXPECT_EQ(first_error(line_of_tasks(limits::kDefinitionNodesMax - 1)), "definition_too_large");
}

TEST(ImportBounds, nesting_is_refused) {
  EXPECT_EQ(first_error(repeated("<a>", 10 * 1024 * 1024 / 3)), "document_too_large");
  const std::size_t depth = 500'000;
  EXPECT_EQ(
      first_error(kOpen + repeated("<a>", depth) + repeated("</a>", depth) + "</definitions>"),
      "document_too_deep");
  EXPECT_EQ(first_error(repeated("<a>", 1'000'000)), "document_malformed");
}

// Every name of a namespace is looked up from its element outwards.
TEST(ImportBounds, attributes_that_every_name_has_to_pass_are_refused) {
  std::string declarations;
  for (std::size_t i = 0; i < 60'000; ++i) {
    declarations += " xmlns:a" + std::to_string(i) + "=\"u\"";
  }
  EXPECT_EQ(first_error("<definitions" + declarations +
                        " xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\">" +
                        repeated("<b/>", 200'000) + "</definitions>"),
            "document_too_many_attributes");
  std::string attributes;
  for (std::size_t i = 0; i < 100'000; ++i) attributes += " x:a" + std::to_string(i) + "=\"\"";
  EXPECT_EQ(first_error(kOpen + "<process id=\"p\"" + attributes + "/></definitions>"),
            "document_too_many_attributes");
}

TEST(ImportBounds, data_that_refers_to_itself_is_no_endless_search) {
  EXPECT_EQ(first_error(kOpen +
                        "<process id=\"p\"><startEvent id=\"s\"/>"
                        "<dataObjectReference id=\"a\" dataObjectRef=\"b\"/>"
                        "<dataObjectReference id=\"b\" dataObjectRef=\"a\"/>"
                        "<task id=\"t\"><dataInputAssociation><sourceRef>a</sourceRef>"
                        "<targetRef>b</targetRef></dataInputAssociation></task><endEvent id=\"e\"/>"
                        "<sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"t\"/>"
                        "<sequenceFlow id=\"g\" sourceRef=\"t\" targetRef=\"e\"/>"
                        "</process></definitions>"),
            "");
}

}  // namespace
}  // namespace cinnabar::process::bpmn
