#include "api/dialects/jodoo/workflow_target.h"

#include "api/dialects/jodoo/workflow_codes.h"
#include "base/text.h"

#include <fmt/format.h>

namespace cinnabar::jodoo {
namespace {

// "flow_7" -> 7
std::optional<std::int64_t> own_number(std::string_view node_id) {
  constexpr std::string_view kPrefix = "flow_";
  if (!node_id.starts_with(kPrefix)) return std::nullopt;
  const auto number = parse_int(node_id.substr(kPrefix.size()));
  constexpr std::int64_t kMax = 1'000'000'000;
  if (!number || *number < 1 || *number > kMax) return std::nullopt;
  return number;
}

// Real task ids look like any other id here. Stages that are over need one that no item has: the
// second digit from the left, which is f in no other id, tells them apart.
constexpr std::string_view kStageHead = "5f0c1f";

}  // namespace

FlowNumbers::FlowNumbers(const process::ProcessDefinition& graph)
    : start_(graph.node(graph.start).id) {
  std::vector<const process::Node*> others;
  for (const process::Node& node : graph.nodes) {
    if (node.user_task() == nullptr) continue;
    const auto number = own_number(node.id);
    if (number && nodes_.emplace(*number, node.id).second) {
      numbers_.emplace(node.id, *number);
    } else {
      others.push_back(&node);
    }
  }
  std::int64_t next = 1;
  for (const process::Node* node : others) {
    while (nodes_.contains(next)) ++next;
    nodes_.emplace(next, node->id);
    numbers_.emplace(node->id, next);
  }
}

std::optional<std::int64_t> FlowNumbers::number_of(std::string_view node_id) const {
  if (node_id == start_) return 0;
  const auto it = numbers_.find(node_id);
  return it == numbers_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<std::string> FlowNumbers::node_of(std::int64_t number) const {
  if (number == 0) return std::string();
  const auto it = nodes_.find(number);
  return it == nodes_.end() ? std::nullopt : std::optional(it->second);
}

Result<Workflow> find_workflow(const Entry& entry, ports::ReadTransaction& snapshot) {
  CINNABAR_TRY(const std::string text, required_text(entry, "instance_id"));
  return find_workflow(entry, snapshot, text);
}

Result<Workflow> find_workflow(const Entry& entry, ports::ReadTransaction& snapshot,
                               std::string_view record) {
  const auto unknown = [] { return fail(codes::kInstanceUnknown); };
  const auto number = from_hex24(record);
  if (!number) return unknown();
  auto view = entry.services->records.find(snapshot, entry.context, RecordId{*number});
  if (!view) {
    if (view.error().code == Code::not_found) return unknown();
    return std::move(view).error();
  }
  Workflow found;
  found.record = *std::move(view);
  if (!found.record.instance.is_assigned()) return unknown();
  CINNABAR_TRY(const auto summaries,
               entry.services->instances.summaries(snapshot, {found.record.instance}));
  const auto summary = summaries.find(found.record.instance);
  if (summary == summaries.end()) return unknown();
  found.summary = summary->second;
  found.process = entry.catalog->process(found.summary.process);
  found.definition = entry.catalog->definition(found.summary.definition);
  if (found.process == nullptr || found.definition == nullptr) return unknown();
  found.app_id = app_id(*entry.catalog, found.process->application);
  found.entry_id = entry_id(*entry.catalog, found.record.form);
  CINNABAR_CHECK_OK(check_app(entry, found.app_id));
  return found;
}

Result<UserId> find_member(const Entry& entry, std::string_view username) {
  const services::User* user = entry.people->user_by_name(username);
  if (user == nullptr || !user->enabled) {
    return fail(codes::kMemberUnknown, std::string(username) + ".");
  }
  return user->id;
}

Result<services::CallContext> acting_as(const Entry& entry, ProcessId process, UserId member) {
  const UserId own = entry.context.principal.user;
  if (own != member && !entry.people->may(own, PermissionAction::modify, process)) {
    return fail(codes::kNoPermission, "The key's user may not act for others in this workflow.");
  }
  services::CallContext context = entry.context;
  context.principal.user = member;
  return context;
}

std::string task_id(const Workflow& workflow, const services::WorkItemStage& stage) {
  if (!stage.item.is_assigned()) return to_hex24(workflow.summary.id.value());
  if (stage.is_last) return to_hex24(stage.item.value());
  return fmt::format("{}{:02x}{:016x}", kStageHead, stage.stage & 0xFF,
                     static_cast<std::uint64_t>(stage.item.value()));
}

Result<std::optional<WorkItemId>> read_task(const Workflow& workflow, std::string_view text) {
  constexpr std::size_t kStageDigits = 2;
  std::string plain = to_lower_ascii(text);
  if (plain.starts_with(kStageHead)) {
    // Whatever stage: what is asked of it is asked of the task.
    plain = to_hex24(1).substr(0, kStageHead.size() + kStageDigits) +
            plain.substr(std::min(plain.size(), kStageHead.size() + kStageDigits));
  }
  const auto number = from_hex24(plain);
  if (!number) return fail(codes::kTaskUnknown);
  if (*number == workflow.summary.id.value()) return std::optional<WorkItemId>();
  return std::optional(WorkItemId{*number});
}

}  // namespace cinnabar::jodoo
