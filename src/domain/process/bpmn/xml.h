// A parsed XML document with what the importer needs of it: namespaces by URI, lines, and findings.
// Inside of the importer. Ownership: the Document owns the tree, elements borrow from it. Thread:
// one. Bounds: size, depth; document types and with them entities are refused.
#pragma once

#include "domain/process/definition.h"

#include <pugixml.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::process::bpmn {

inline constexpr std::string_view kBpmn = "http://www.omg.org/spec/BPMN/20100524/MODEL";
inline constexpr std::string_view kOwn = "urn:cinnabar:bpmn:1.0";
inline constexpr std::string_view kCamunda = "http://camunda.org/schema/1.0/bpmn";
inline constexpr std::string_view kFlowable = "http://flowable.org/bpmn";
inline constexpr std::string_view kActiviti = "http://activiti.org/bpmn";
inline constexpr std::string_view kZeebe = "http://camunda.org/schema/zeebe/1.0";
inline constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

// The part of a qualified name after its prefix.
std::string_view local_name(std::string_view qualified);
// Empty for elements without a namespace.
std::string_view namespace_of(const pugi::xml_node& element);
// Empty for attributes without a prefix, as they belong to their element.
std::string_view namespace_of(const pugi::xml_node& element, const pugi::xml_attribute& attribute);
bool is_element(const pugi::xml_node& node, std::string_view space, std::string_view name);

class Document {
 public:
  // False: it is no document we read; the findings say why.
  bool load(std::string_view xml);

  [[nodiscard]] pugi::xml_node root() const { return tree_.document_element(); }
  // The element of BPMN with that id, the first of several; null node: none.
  [[nodiscard]] pugi::xml_node find(std::string_view id);
  [[nodiscard]] std::int32_t line_of(const pugi::xml_node& node) const;

  void error(std::string rule, const pugi::xml_node& at, std::string message);
  void warn(std::string rule, const pugi::xml_node& at, std::string message);
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  [[nodiscard]] bool has_errors() const;
  // Ids that were given to an element; filled by the importer's check.
  void add_id(std::string_view id) { ids_.insert(id); }
  [[nodiscard]] bool has_id(std::string_view id) const { return ids_.contains(id); }
  // In the order of their lines.
  std::vector<Finding> take_findings();

  // An attribute of the element's own vocabulary; nullopt when absent.
  static std::optional<std::string_view> attribute(const pugi::xml_node& element, const char* name);
  // Finding and nullopt for anything but true, false, 1 and 0; nullopt when absent.
  std::optional<bool> boolean(const pugi::xml_node& element, const pugi::xml_attribute& attribute);
  // Finding and nullopt for anything that is no expression of ours or of `${...}`.
  std::optional<expr::Expression> expression(const pugi::xml_node& element, std::string_view text);
  // Finding and nullopt for no whole number in the range; nullopt when absent.
  std::optional<std::int32_t> number(const pugi::xml_node& element,
                                     const pugi::xml_attribute& attribute, std::int32_t min,
                                     std::int32_t max);

  // ---- extensions: what is read is taken; what is left over is named in findings ----

  // An attribute of that namespace; nullopt when absent.
  std::optional<std::string_view> take(const pugi::xml_node& element, std::string_view space,
                                       std::string_view name);
  // The same of any of the engines whose attributes mean the same; ours wins.
  std::optional<std::string_view> take_any(const pugi::xml_node& element, std::string_view name);
  // Children of <extensionElements>.
  std::vector<pugi::xml_node> take_children(const pugi::xml_node& element, std::string_view space,
                                            std::string_view name);
  std::vector<pugi::xml_node> take_children_any(const pugi::xml_node& element,
                                                std::string_view name);
  // Ours that nobody took are errors, others are warnings.
  void report_left_over(const pugi::xml_node& element);

 private:
  // Null pointer, or the rule that the tree breaks.
  const char* check_shape();
  std::int32_t line_at(std::ptrdiff_t offset) const;

  pugi::xml_document tree_;
  std::vector<std::ptrdiff_t> line_starts_;
  std::vector<Finding> findings_;
  std::set<const void*> taken_;
  std::set<std::string_view> ids_;
  std::optional<std::map<std::string_view, pugi::xml_node>> by_id_;  // made when first asked
};

}  // namespace cinnabar::process::bpmn
