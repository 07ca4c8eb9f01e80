#include "api/dialects/jodoo/workflow_target.h"

#include "api/dialects/jodoo/workflow_codes.h"
#include "base/text.h"

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
  if (!view->instance.is_assigned()) return unknown();
  CINNABAR_TRY(const auto summaries,
               entry.services->instances.summaries(snapshot, {view->instance}));
  const auto summary = summaries.find(view->instance);
  if (summary == summaries.end()) return unknown();
  auto found = workflow_of(entry, summary->second);
  if (!found) return unknown();
  CINNABAR_CHECK_OK(check_app(entry, found->app_id));
  return *std::move(found);
}

std::optional<Workflow> workflow_of(const Entry& entry, const services::InstanceSummary& summary) {
  Workflow found;
  found.summary = summary;
  found.process = entry.catalog->process(summary.process);
  found.definition = entry.catalog->definition(summary.definition);
  if (found.process == nullptr || found.definition == nullptr) return std::nullopt;
  found.app_id = app_id(*entry.catalog, found.process->application);
  found.entry_id = entry_id(*entry.catalog, found.process->form);
  return found;
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
  return to_hex24_of_part(stage.item.value(), static_cast<std::uint8_t>(stage.stage & 0xFF));
}

Result<std::optional<WorkItemId>> read_task(const Workflow& workflow, std::string_view text) {
  // Whatever stage: what is asked of it is asked of the task.
  const auto number = from_hex24_or_part(text);
  if (!number) return fail(codes::kTaskUnknown);
  if (*number == workflow.summary.id.value()) return std::optional<WorkItemId>();
  return std::optional(WorkItemId{*number});
}

}  // namespace cinnabar::jodoo
