// What a workflow call is about: the instance behind a record, a task of it, the member who acts.
//
// Nodes have numbers here: 0 is the start, a node with the id `flow_7` has 7, and the other user
// tasks have the numbers that are left, in the order of the document. So a number means the same
// for as long as an instance follows its definition.
//
// Thread: reads a snapshot or inside a write. Errors carry this door's number.
#pragma once

#include "api/dialects/jodoo/gateway.h"
#include "services/instance_service.h"
#include "services/work_item_log.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::jodoo {

class FlowNumbers {
 public:
  explicit FlowNumbers(const process::ProcessDefinition& graph);
  // nullopt: no node that this door shows.
  [[nodiscard]] std::optional<std::int64_t> number_of(std::string_view node_id) const;
  // The start has an empty id.
  [[nodiscard]] std::optional<std::string> node_of(std::int64_t number) const;

 private:
  std::map<std::string, std::int64_t, std::less<>> numbers_;
  std::map<std::int64_t, std::string> nodes_;
  std::string start_;
};

struct Workflow {
  services::InstanceSummary summary;
  const services::Process* process = nullptr;  // of the entry's catalog
  std::shared_ptr<const services::DeployedDefinition> definition;
  std::string app_id;
  std::string entry_id;
};

// Of the member `instance_id` of the body, which is the id of a record. 50016 when nothing runs
// behind it, 17053 when the key is not for its app.
Result<Workflow> find_workflow(const Entry& entry, ports::ReadTransaction& snapshot);
Result<Workflow> find_workflow(const Entry& entry, ports::ReadTransaction& snapshot,
                               std::string_view record);
// Of an instance that is known; nullopt when its process is not deployed any more.
std::optional<Workflow> workflow_of(const Entry& entry, const services::InstanceSummary& summary);

// The member `username`, on whose behalf the call is made: the key's user must be somebody who may
// change the process for others, else 8302.
Result<services::CallContext> acting_as(const Entry& entry, ProcessId process, UserId member);

// The id of a task. The start has that of the instance; a stage that is over because the task
// changed hands has one of its own.
std::string task_id(const Workflow& workflow, const services::WorkItemStage& stage);
// The work item behind the text; nullopt: the start. 50004 for what is none.
Result<std::optional<WorkItemId>> read_task(const Workflow& workflow, std::string_view text);

}  // namespace cinnabar::jodoo
