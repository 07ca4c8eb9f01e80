#include "domain/process/bpmn/import.h"

#include "domain/process/bpmn/process_reader.h"
#include "domain/process/bpmn/roots.h"
#include "domain/process/bpmn/xml.h"

#include <algorithm>
#include <array>

namespace cinnabar::process::bpmn {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 16> kQuietInDefinitions = {
    "process",   "collaboration", "documentation", "extensionElements", "category",  "message",
    "signal",    "error",         "escalation",    "itemDefinition",    "interface", "resource",
    "dataStore", "import",        "endPoint",      "relationship"};

constexpr std::array<std::string_view, 6> kFollowUps = {
    "node_unreachable",    "node_has_no_outgoing", "start_event_has_no_outgoing",
    "start_event_missing", "end_event_missing",    "flow_condition_missing"};

// An id names one thing in the whole document. Walks without recursion; the depth is bounded.
void check_ids(Document& document) {
  const pugi::xml_node root = document.root();
  pugi::xml_node at = root;
  while (at) {
    if (at.type() == pugi::node_element && namespace_of(at) == kBpmn) {
      const auto id = Document::attribute(at, "id");
      if (id && document.has_id(*id)) {
        document.error("id_repeated", at,
                       "another element has the id " + std::string(*id) + "; rename one");
      }
      if (id) document.add_id(*id);
    }
    if (at.first_child()) {
      at = at.first_child();
      continue;
    }
    while (at && at != root && !at.next_sibling()) at = at.parent();
    at = at == root ? pugi::xml_node() : at.next_sibling();
  }
}

void check_definitions(Document& document) {
  for (const pugi::xml_node child : document.root().children()) {
    if (child.type() != pugi::node_element || namespace_of(child) != kBpmn) continue;
    const std::string_view name = local_name(child.name());
    if (is_one_of(name, kQuietInDefinitions)) continue;
    document.warn("element_ignored", child, std::string(name) + " is kept but has no effect");
  }
}

// The one that is meant comes first: the executable one, of several the first of them.
std::vector<pugi::xml_node> processes_of(Document& document) {
  std::vector<pugi::xml_node> all;
  std::vector<pugi::xml_node> executable;
  for (const pugi::xml_node child : document.root().children()) {
    if (!is_element(child, kBpmn, "process")) continue;
    all.push_back(child);
    if (document.boolean(child, child.attribute("isExecutable")).value_or(false)) {
      executable.push_back(child);
    }
  }
  if (all.empty()) {
    document.error("process_missing", document.root(), "the document has no <process>");
  } else if (all.size() > 1 && executable.empty()) {
    document.error("process_ambiguous", all.back(),
                   "of several processes at least one must have isExecutable=\"true\"");
    return {};
  }
  return all.size() == 1 ? all : executable;
}

// What could not be read leaves gaps, and findings that only repeat those help nobody.
void add_structure_findings(Document& document, const ProcessDefinition& definition,
                            const form::FormDefinition* form) {
  const bool has_gaps = document.has_errors();
  for (Finding& finding : validate(definition, form)) {
    if (has_gaps && is_one_of(finding.rule, kFollowUps)) continue;
    document.add(std::move(finding));
  }
}

}  // namespace

Imported import(std::string_view xml, const form::FormDefinition* form) {
  Document document;
  Imported imported;
  std::vector<std::shared_ptr<ProcessDefinition>> read;
  if (document.load(xml)) {
    check_ids(document);
    check_definitions(document);
    RootElements roots(document);
    for (const pugi::xml_node& process : processes_of(document)) {
      // Fields belong to the process that has the form.
      const form::FormDefinition* own_form = read.empty() ? form : nullptr;
      read.push_back(ProcessReader(document, roots, own_form).read(process));
      add_structure_findings(document, *read.back(), own_form);
    }
  }
  if (!document.has_errors() && !read.empty()) {
    imported.definition = read.front();
    imported.others.assign(read.begin() + 1, read.end());
  }
  imported.findings = document.take_findings();
  return imported;
}

}  // namespace cinnabar::process::bpmn
