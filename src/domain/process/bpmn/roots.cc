#include "domain/process/bpmn/roots.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace cinnabar::process::bpmn {
namespace {

struct RootKind {
  std::string_view name;
  const char* text;  // attribute that is matched at run time
};
constexpr std::array<RootKind, 4> kKinds = {{{"message", "name"},
                                             {"signal", "name"},
                                             {"error", "errorCode"},
                                             {"escalation", "escalationCode"}}};

}  // namespace

RootElements::RootElements(Document& document) : document_(document) {
  for (const pugi::xml_node child : document.root().children()) {
    if (child.type() != pugi::node_element || namespace_of(child) != kBpmn) continue;
    const auto kind = std::ranges::find(kKinds, local_name(child.name()), &RootKind::name);
    if (kind == kKinds.end()) continue;
    RootElement root{kind->name, child, child.attribute(kind->text).value()};
    if (root.text.empty()) root.text = child.attribute("name").value();
    if (root.text.empty()) root.text = child.attribute("id").value();
    by_id_.emplace(child.attribute("id").value(), std::move(root));
  }
}

const RootElement* RootElements::resolve(const pugi::xml_node& at, const char* attribute,
                                         std::string_view kind) {
  const auto reference = Document::attribute(at, attribute);
  if (!reference || trim(*reference).empty()) {
    document_.error(
        "reference_missing", at,
        std::string(attribute) + " is missing; name a <" + std::string(kind) + "> of the document");
    return nullptr;
  }
  const auto it = by_id_.find(local_name(trim(*reference)));
  if (it != by_id_.end() && it->second.kind == kind) return &it->second;
  document_.error("reference_unknown", at,
                  std::string(attribute) + " names no <" + std::string(kind) +
                      "> of the document: " + std::string(*reference));
  return nullptr;
}

}  // namespace cinnabar::process::bpmn
