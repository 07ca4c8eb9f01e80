#include "domain/process/bpmn/xml.h"

#include "base/text.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>

namespace cinnabar::process::bpmn {
namespace {

constexpr std::int32_t kDepthMax = 64;
constexpr std::int32_t kElementsMax = 400'000;    // and texts
constexpr std::int32_t kPathAttributesMax = 500;  // of an element and all around it

std::string_view prefix_of(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == std::string_view::npos ? std::string_view{} : qualified.substr(0, colon);
}

// Declarations are looked up from the element outwards; the depth of a document is bounded.
std::string_view lookup(pugi::xml_node element, std::string_view prefix) {
  const std::string wanted = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (; element; element = element.parent()) {
    if (const pugi::xml_attribute found = element.attribute(wanted.c_str())) return found.value();
  }
  return {};
}

std::string element_id(const pugi::xml_node& node) {
  const std::string_view id = node.attribute("id").value();
  return std::string(id.empty() ? local_name(node.name()) : id);
}

}  // namespace

std::string_view local_name(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
}

std::string_view namespace_of(const pugi::xml_node& element) {
  return lookup(element, prefix_of(element.name()));
}

std::string_view namespace_of(const pugi::xml_node& element, const pugi::xml_attribute& attribute) {
  const std::string_view prefix = prefix_of(attribute.name());
  if (prefix.empty()) return {};
  return lookup(element, prefix);
}

bool is_element(const pugi::xml_node& node, std::string_view space, std::string_view name) {
  return node.type() == pugi::node_element && local_name(node.name()) == name &&
         namespace_of(node) == space;
}

bool Document::load(std::string_view xml) {
  const auto refuse = [&](std::string rule, std::int32_t line, std::string message) {
    add({std::move(rule), "", line, std::move(message), true});
    return false;
  };
  if (xml.size() > limits::kDefinitionBytesMax) {
    return refuse("document_too_large", 0, "a document has at most 4 MiB; split the process");
  }
  if (!is_utf8(xml)) return refuse("document_encoding", 0, "save the document as UTF-8");
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < xml.size(); ++i) {
    if (xml[i] == '\n') line_starts_.push_back(static_cast<std::ptrdiff_t>(i) + 1);
  }
  const pugi::xml_parse_result result = tree_.load_buffer(
      xml.data(), xml.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!result) {
    return refuse("document_malformed", line_at(result.offset),
                  "this is no well-formed XML: " + std::string(result.description()));
  }
  for (const pugi::xml_node node : tree_.children()) {
    if (node.type() == pugi::node_doctype) {
      return refuse("document_type_refused", 1, "remove the DOCTYPE; entities are not read");
    }
  }
  if (const char* rule = check_shape()) {
    return refuse(rule, 0,
                  "a document has at most 64 levels, 400000 elements and texts, and 500 attributes "
                  "from the root to any element; split the process");
  }
  if (!is_element(root(), kBpmn, "definitions")) {
    error("document_not_bpmn", root(),
          "the root must be <definitions> of the namespace " + std::string(kBpmn));
    return false;
  }
  return true;
}

// Names are resolved from their element outwards, so what they have to pass on that way is bounded,
// and so is their number.
const char* Document::check_shape() {
  std::int32_t depth = 0;
  std::int32_t elements = 0;
  std::vector<std::int32_t> attributes{0};  // on the path from the root, by depth
  pugi::xml_node at = tree_.first_child();
  while (at) {
    if (++elements > kElementsMax) return "document_too_large";
    std::int32_t passed = attributes.back();
    for (auto it = at.attributes_begin(); it != at.attributes_end(); ++it) ++passed;
    if (passed > kPathAttributesMax) return "document_too_many_attributes";
    if (const pugi::xml_node child = at.first_child()) {
      if (++depth > kDepthMax) return "document_too_deep";
      attributes.push_back(passed);
      at = child;
      continue;
    }
    while (at && !at.next_sibling()) {
      at = at.parent();
      if (at) attributes.pop_back();
      --depth;
    }
    if (at) at = at.next_sibling();
  }
  return nullptr;
}

pugi::xml_node Document::find(std::string_view id) {
  if (!by_id_) {
    by_id_.emplace();
    pugi::xml_node at = root();
    while (at) {
      const pugi::xml_attribute written = at.attribute("id");
      if (written && namespace_of(at) == kBpmn) by_id_->emplace(written.value(), at);
      if (at.first_child()) {
        at = at.first_child();
        continue;
      }
      while (at && !at.next_sibling()) at = at.parent();
      if (at) at = at.next_sibling();
    }
  }
  const auto it = by_id_->find(id);
  return it == by_id_->end() ? pugi::xml_node() : it->second;
}

std::int32_t Document::line_at(std::ptrdiff_t offset) const {
  const auto after = std::ranges::upper_bound(line_starts_, offset);
  return static_cast<std::int32_t>(after - line_starts_.begin());
}

std::int32_t Document::line_of(const pugi::xml_node& node) const {
  const std::ptrdiff_t offset = node.offset_debug();
  return offset < 0 ? 0 : line_at(offset);
}

void Document::error(std::string rule, const pugi::xml_node& at, std::string message) {
  add({std::move(rule), element_id(at), line_of(at), std::move(message), true});
}

void Document::warn(std::string rule, const pugi::xml_node& at, std::string message) {
  add({std::move(rule), element_id(at), line_of(at), std::move(message), false});
}

bool Document::has_errors() const {
  return std::ranges::any_of(findings_, &Finding::is_error);
}

std::vector<Finding> Document::take_findings() {
  std::ranges::stable_sort(findings_, {}, &Finding::line);
  return std::move(findings_);
}

std::optional<std::string_view> Document::attribute(const pugi::xml_node& element,
                                                    const char* name) {
  const pugi::xml_attribute found = element.attribute(name);
  if (!found) return std::nullopt;
  return found.value();
}

std::optional<bool> Document::boolean(const pugi::xml_node& element,
                                      const pugi::xml_attribute& attribute) {
  if (!attribute) return std::nullopt;
  const std::string_view value = trim(attribute.value());
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  error(
      "attribute_value", element,
      std::string(attribute.name()) + " must be true or false, not \"" + std::string(value) + "\"");
  return std::nullopt;
}

std::optional<expr::Expression> Document::expression(const pugi::xml_node& element,
                                                     std::string_view text) {
  auto parsed = expr::Expression::parse(trim(text));
  if (parsed) return std::move(parsed).value();
  error("expression_syntax", element, parsed.error().detail);
  return std::nullopt;
}

std::optional<std::int32_t> Document::number(const pugi::xml_node& element,
                                             const pugi::xml_attribute& attribute, std::int32_t min,
                                             std::int32_t max) {
  if (!attribute) return std::nullopt;
  const auto value = parse_int(trim(attribute.value()));
  if (value && *value >= min && *value <= max) return static_cast<std::int32_t>(*value);
  error("attribute_value", element,
        std::string(attribute.name()) + " must be a whole number from " + std::to_string(min) +
            " to " + std::to_string(max));
  return std::nullopt;
}

namespace {

constexpr std::array<std::string_view, 4> kAlike = {kOwn, kCamunda, kFlowable, kActiviti};

bool is_declaration(const pugi::xml_attribute& attribute) {
  const std::string_view name = attribute.name();
  return name == "xmlns" || name.starts_with("xmlns:") || name.starts_with("xml:");
}

}  // namespace

std::optional<std::string_view> Document::take(const pugi::xml_node& element,
                                               std::string_view space, std::string_view name) {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (local_name(attribute.name()) != name || namespace_of(element, attribute) != space) continue;
    taken_.insert(attribute.internal_object());
    return attribute.value();
  }
  return std::nullopt;
}

std::optional<std::string_view> Document::take_any(const pugi::xml_node& element,
                                                   std::string_view name) {
  std::optional<std::string_view> found;
  for (const std::string_view space : kAlike) {
    const auto value = take(element, space, name);
    if (value && !found) found = value;
  }
  return found;
}

std::vector<pugi::xml_node> Document::take_children(const pugi::xml_node& element,
                                                    std::string_view space, std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (const pugi::xml_node list : element.children()) {
    if (!is_element(list, kBpmn, "extensionElements")) continue;
    for (const pugi::xml_node child : list.children()) {
      if (!is_element(child, space, name)) continue;
      taken_.insert(child.internal_object());
      found.push_back(child);
    }
  }
  return found;
}

std::vector<pugi::xml_node> Document::take_children_any(const pugi::xml_node& element,
                                                        std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (const std::string_view space : kAlike) {
    for (const pugi::xml_node child : take_children(element, space, name)) found.push_back(child);
  }
  return found;
}

void Document::report_left_over(const pugi::xml_node& element) {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (is_declaration(attribute) || taken_.contains(attribute.internal_object())) continue;
    const std::string_view space = namespace_of(element, attribute);
    if (space.empty() || space == kSchemaInstance) continue;
    if (space == kOwn) {
      error("attribute_unknown", element,
            std::string(attribute.name()) + " has no meaning here; see the BPMN reference");
    } else {
      warn("attribute_ignored", element,
           std::string(attribute.name()) + " is kept but has no effect");
    }
  }
  for (const pugi::xml_node list : element.children()) {
    if (!is_element(list, kBpmn, "extensionElements")) continue;
    for (const pugi::xml_node child : list.children()) {
      if (child.type() != pugi::node_element || taken_.contains(child.internal_object())) continue;
      if (namespace_of(child) == kOwn) {
        error("extension_unknown", child,
              std::string(child.name()) + " has no meaning here; see the BPMN reference");
      } else {
        warn("extension_ignored", child, std::string(child.name()) + " is kept but has no effect");
      }
    }
  }
}

}  // namespace cinnabar::process::bpmn
