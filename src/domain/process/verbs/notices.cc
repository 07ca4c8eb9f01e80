// Verbs that change nobody's work: urging, copies and their receipts.
#include "domain/process/verbs/common.h"
#include "vocab/limits.h"

#include <algorithm>
#include <set>

namespace cinnabar::process::verbs {
namespace {

bool has_open_items(const ActivityInstance& activity) {
  return std::ranges::any_of(activity.work_items, [](const WorkItem& item) {
    return item.state == WorkItemState::open && !item.waiting;
  });
}

bool was_urged_just_now(const ActivityInstance& activity, Instant now) {
  return activity.urged_at && now < *activity.urged_at + minutes(limits::kUrgeIntervalMinutes);
}

}  // namespace

Result<Decision> urge(const Context& context, const Urge& command) {
  CINNABAR_CHECK_OK(check_running(context.before));
  std::vector<ActivityInstanceId> urged;
  bool is_too_soon = false;
  for (const ActivityInstance& activity : context.before.activities) {
    if (command.activity && activity.id != *command.activity) continue;
    if (!has_open_items(activity)) continue;
    if (was_urged_just_now(activity, context.environment.now)) {
      is_too_soon = true;
    } else {
      urged.push_back(activity.id);
    }
  }
  if (urged.empty() && is_too_soon) {
    return refuse(Code::resource_exhausted, reasons::kUrgedTooSoon,
                  "whoever is asked was urged less than " +
                      std::to_string(limits::kUrgeIntervalMinutes) + " minutes ago");
  }
  if (urged.empty()) return refuse(reasons::kNothingToUrge, "nobody is asked anything here");
  Execution execution = begin(context);
  for (const ActivityInstanceId activity : urged) {
    execution.emit(Urged{activity, command.by, command.comment, context.environment.now});
  }
  return std::move(execution).finish();
}

Result<Decision> send_notice(const Context& context, const SendNotice& command) {
  if (context.before.history_size == 0) {
    return refuse(reasons::kInstanceNotRunning, "the instance has not started");
  }
  if (command.readers.empty() || command.readers.size() > limits::kNoticeReadersMax) {
    return refuse(Code::invalid_argument, reasons::kParticipantMissing,
                  "a copy goes to at least one and at most " +
                      std::to_string(limits::kNoticeReadersMax) + " people");
  }
  for (const UserId reader : command.readers) {
    if (!reader.is_assigned() || !context.environment.directory->is_active(reader)) {
      return refuse(reasons::kParticipantUnknown, "there is no such active person");
    }
  }
  Execution execution = begin(context);
  std::set<UserId> seen;
  for (const UserId reader : command.readers) {
    if (!seen.insert(reader).second) continue;
    execution.emit(
        NoticeSent{NoticeId{execution.fresh_id()}, reader, {}, command.by, command.comment});
  }
  return std::move(execution).finish();
}

Result<Decision> read_notice(const Context& context, const ReadNotice& command) {
  const auto& notices = context.before.notices;
  const auto it = std::ranges::find(notices, command.notice, &Notice::id);
  if (it == notices.end()) {
    return refuse(Code::not_found, reasons::kNoticeUnknown, "the instance has no such copy");
  }
  if (it->reader != command.by) {
    return refuse(Code::permission_denied, reasons::kNoticeNotYours,
                  "the copy was sent to somebody else");
  }
  Execution execution = begin(context);
  // Reading it again changes nothing.
  if (!it->is_read) execution.emit(NoticeRead{command.notice, command.by});
  return std::move(execution).finish();
}

}  // namespace cinnabar::process::verbs
