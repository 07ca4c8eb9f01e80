#include "services/instance_access.h"

#include "ports/schema.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "vocab/reasons.h"

namespace cinnabar::services {

namespace schema = ports::schema;

bool is_participant(const People& people, const process::Instance& instance, UserId user) {
  for (const process::ActivityInstance& activity : instance.activities) {
    for (const process::WorkItem& item : activity.work_items) {
      if (item.waiting) continue;
      if (item.assignee == user) return true;
      if (!item.assignee.is_assigned() && people.is_member(item.group, user)) return true;
    }
  }
  return false;
}

Error not_permitted() {
  return make_error(Code::permission_denied, reasons::kNotPermitted,
                    "the caller may not do this with this process");
}

Status check_may_contribute(const People& people, const CallContext& context, ProcessId process,
                            const process::Instance& instance) {
  const UserId user = context.principal.user;
  if (people.may(user, PermissionAction::modify, process)) return {};
  if (is_participant(people, instance, user)) return {};
  return not_permitted();
}

Result<ProcessInstanceId> visible_instance(ports::ReadTransaction& snapshot, const Catalog& catalog,
                                           const People& people, const CallContext& context,
                                           ProcessId process, std::int64_t number) {
  namespace columns = schema::process_instance;
  CINNABAR_TRY(const auto row, find_instance_row(snapshot, process, number));
  if (row) {
    const auto id = id_of<ProcessInstanceId>(*row, columns::id);
    const UserId user = context.principal.user;
    if (people.may(user, PermissionAction::view, process)) return id;
    if (id_of<UserId>(*row, columns::initiator_id) == user) return id;
    CINNABAR_TRY(const LoadedInstance loaded, load_instance(snapshot, catalog, id));
    if (is_participant(people, loaded.instance, user)) return id;
  }
  return make_error(Code::not_found, reasons::kInstanceUnknown, "no such number",
                    std::to_string(number));
}

Result<ProcessInstanceId> instance_of_position(ports::ReadTransaction& snapshot, ProcessId process,
                                               std::int64_t position) {
  ProcessInstanceId id{position};
  CINNABAR_TRY(const auto activity,
               snapshot.get(schema::activity_instance::kTable, {cell(position)}));
  if (activity) id = id_of<ProcessInstanceId>(*activity, schema::activity_instance::instance_id);
  CINNABAR_TRY(const auto instance, snapshot.get(schema::process_instance::kTable, {cell(id)}));
  if (!instance || id_of<ProcessId>(*instance, schema::process_instance::process_id) != process) {
    return make_error(Code::not_found, reasons::kActivityUnknown, "no such position",
                      std::to_string(position));
  }
  return id;
}

}  // namespace cinnabar::services
