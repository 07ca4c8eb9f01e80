#include "domain/process/testing/canonical_xml.h"

#include "domain/process/bpmn/xml.h"

#include <pugixml.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace cinnabar::process::testing {
namespace {

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    const bool is_special = c == '&' || c == '<' || c == '>' || c == '"' ||
                            (static_cast<unsigned char>(c) < 0x20 && c != '\n');
    if (is_special) {
      out += "&#" + std::to_string(static_cast<int>(c)) + ";";
    } else {
      out += c;
    }
  }
}

std::string expanded(std::string_view space, std::string_view qualified) {
  std::string name(bpmn::local_name(qualified));
  return space.empty() ? name : "{" + std::string(space) + "}" + name;
}

bool is_declaration(std::string_view name) {
  return name == "xmlns" || name.starts_with("xmlns:");
}

void append_start(std::string& out, const pugi::xml_node& element) {
  out += "<" + expanded(bpmn::namespace_of(element), element.name());
  std::vector<std::pair<std::string, std::string>> attributes;
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (is_declaration(attribute.name())) continue;
    attributes.emplace_back(expanded(bpmn::namespace_of(element, attribute), attribute.name()),
                            attribute.value());
  }
  std::ranges::sort(attributes);
  for (const auto& [name, value] : attributes) {
    out += " " + name + "=\"";
    append_escaped(out, value);
    out += "\"";
  }
  out += ">";
}

void append_end(std::string& out, const pugi::xml_node& element) {
  if (element.type() != pugi::node_element) return;
  out += "</" + expanded(bpmn::namespace_of(element), element.name()) + ">";
}

void append_node(std::string& out, const pugi::xml_node& node) {
  switch (node.type()) {
    case pugi::node_element:
      append_start(out, node);
      return;
    case pugi::node_pcdata:
    case pugi::node_cdata:
      append_escaped(out, node.value());
      return;
    case pugi::node_pi:
      out += "<?" + std::string(node.name()) + " " + node.value() + "?>";
      return;
    case pugi::node_null:
    case pugi::node_document:
    case pugi::node_comment:
    case pugi::node_declaration:
    case pugi::node_doctype:
      return;
  }
}

}  // namespace

std::string canonical_xml(std::string_view xml) {
  pugi::xml_document tree;
  if (!tree.load_buffer(xml.data(), xml.size(), pugi::parse_full | pugi::parse_ws_pcdata,
                        pugi::encoding_utf8)) {
    return "malformed";
  }
  std::string out;
  pugi::xml_node at = tree.first_child();
  while (at) {
    append_node(out, at);
    if (at.first_child()) {
      at = at.first_child();
      continue;
    }
    append_end(out, at);
    while (at && !at.next_sibling()) {
      at = at.parent();
      if (at) append_end(out, at);
    }
    if (at) at = at.next_sibling();
  }
  return out;
}

}  // namespace cinnabar::process::testing
