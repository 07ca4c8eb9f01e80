#include "domain/process/bpmn/source_document.h"

#include "base/assert.h"
#include "base/text.h"
#include "domain/process/bpmn/xml.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace cinnabar::process::bpmn {
namespace {

// Everything but the document type, which import() refuses.
constexpr unsigned kKeepAll =
    (pugi::parse_full | pugi::parse_ws_pcdata) & ~static_cast<unsigned>(pugi::parse_doctype);

struct StringWriter final : pugi::xml_writer {
  std::string text;
  void write(const void* data, std::size_t size) override {
    text.append(static_cast<const char*>(data), size);
  }
};

// All elements in document order; without recursion.
std::vector<pugi::xml_node> elements_of(const pugi::xml_document& tree) {
  std::vector<pugi::xml_node> found;
  const pugi::xml_node root = tree.document_element();
  pugi::xml_node at = root;
  while (at) {
    if (at.type() == pugi::node_element) found.push_back(at);
    if (at.first_child()) {
      at = at.first_child();
      continue;
    }
    while (at != root && !at.next_sibling()) at = at.parent();
    at = at == root ? pugi::xml_node() : at.next_sibling();
  }
  return found;
}

bool is_name_byte(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return is_letter || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// A name that may be an id; characters beyond ASCII are taken as letters.
bool is_id(std::string_view text) {
  if (text.empty() || text.size() > limits::kNameBytesMax || !is_utf8(text)) return false;
  const char first = text.front();
  if (first == '-' || first == '.' || (first >= '0' && first <= '9')) return false;
  return std::ranges::all_of(text, is_name_byte);
}

// Replaces the name in a reference and leaves its prefix.
void point_to(pugi::xml_attribute reference, std::string_view from, std::string_view to) {
  const std::string_view value = reference.value();
  if (local_name(value) != from) return;
  const std::string changed =
      std::string(value.substr(0, value.size() - from.size())) + std::string(to);
  reference.set_value(changed.c_str());
}

}  // namespace

SourceDocument::SourceDocument(std::unique_ptr<pugi::xml_document> tree) : tree_(std::move(tree)) {}
SourceDocument::SourceDocument(SourceDocument&&) noexcept = default;
SourceDocument& SourceDocument::operator=(SourceDocument&&) noexcept = default;
SourceDocument::~SourceDocument() = default;

Result<SourceDocument> SourceDocument::parse(std::string_view xml) {
  Document checked;
  if (!checked.load(xml)) {
    const std::vector<Finding> findings = checked.take_findings();
    return make_error(Code::invalid_argument, reasons::kDefinitionInvalid,
                      findings.empty() ? "this is no BPMN document" : findings.front().message);
  }
  auto tree = std::make_unique<pugi::xml_document>();
  const auto result = tree->load_buffer(xml.data(), xml.size(), kKeepAll, pugi::encoding_utf8);
  CINNABAR_ASSERT(static_cast<bool>(result));
  return SourceDocument(std::move(tree));
}

Status SourceDocument::rename(std::string_view id, std::string_view name) {
  if (name.size() > limits::kNameBytesMax || !is_utf8(name)) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "a name is UTF-8 of at most 200 bytes");
  }
  for (pugi::xml_node element : elements_of(*tree_)) {
    if (namespace_of(element) != kBpmn || id != element.attribute("id").value()) continue;
    if (name.empty()) {
      element.remove_attribute("name");
      return {};
    }
    pugi::xml_attribute attribute = element.attribute("name");
    if (!attribute) attribute = element.insert_attribute_after("name", element.attribute("id"));
    attribute.set_value(std::string(name).c_str());
    return {};
  }
  return make_error(Code::not_found, reasons::kArgumentMalformed,
                    "the document has no element with that id", std::string(id));
}

Status SourceDocument::rekey(std::string_view process, std::string_view key) {
  if (!is_id(key)) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "a key begins with a letter and holds letters, digits, '_', '-' and '.'");
  }
  const std::vector<pugi::xml_node> elements = elements_of(*tree_);
  pugi::xml_node found;
  for (const pugi::xml_node& element : elements) {
    const std::string_view id = element.attribute("id").value();
    if (id == key && key != process) {
      return make_error(Code::invalid_argument, reasons::kNameTaken,
                        "another element of the document has this id", std::string(key));
    }
    if (id == process && is_element(element, kBpmn, "process")) found = element;
  }
  if (!found) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "the document has no such process",
                      std::string(process));
  }
  found.attribute("id").set_value(std::string(key).c_str());
  for (const pugi::xml_node& element : elements) {
    const std::string_view name = local_name(element.name());
    if (name == "participant") {
      point_to(element.attribute("processRef"), process, key);
    } else if (name == "callActivity") {
      point_to(element.attribute("calledElement"), process, key);
    } else if (name == "calledElement" && namespace_of(element) == kZeebe) {
      point_to(element.attribute("processId"), process, key);
    } else if (name == "BPMNPlane") {
      point_to(element.attribute("bpmnElement"), process, key);
    }
  }
  return {};
}

std::string SourceDocument::write() const {
  StringWriter writer;
  const bool is_declared = tree_->first_child().type() == pugi::node_declaration;
  tree_->save(writer, "", pugi::format_raw | (is_declared ? 0U : pugi::format_no_declaration),
              pugi::encoding_utf8);
  return std::move(writer.text);
}

}  // namespace cinnabar::process::bpmn
