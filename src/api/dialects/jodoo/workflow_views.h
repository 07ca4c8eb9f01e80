// Instances and tasks as this door shows them. Pure over what they are given; thread: any.
#pragma once

#include "api/dialects/jodoo/workflow_target.h"
#include "base/json.h"
#include "services/engine_service.h"
#include "services/work_item_log.h"

#include <string_view>

namespace cinnabar::jodoo {

// The words of create_action and finish_action; finish_action is empty for what nobody finished.
std::string_view create_action(const services::WorkItemStage& stage);
std::string_view finish_action(const services::WorkItemStage& stage);

// A task. `assignee`: who is asked when it is offered to a group.
Json task_json(const Entry& entry, const Workflow& workflow, const FlowNumbers& numbers,
               const services::WorkItemStage& stage, UserId assignee = {});
// What somebody said about a task when it was finished.
Json log_json(const Entry& entry, const FlowNumbers& numbers, const services::WorkItemStage& stage);
// A copy that was sent to `reader`.
Json copy_json(const Entry& entry, const Workflow& workflow, const services::NoticeRow& notice,
               UserId reader);
// An instance without its tasks.
Json instance_json(const Entry& entry, const Workflow& workflow);

}  // namespace cinnabar::jodoo
