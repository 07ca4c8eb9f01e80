// Lists of the instances of one process: filtered, sorted and counted by the database, as of one
// moment.
//
// Who may: whoever has `view` on the process sees all of them; others those that they started, have
// work in, decided in, or got a copy of. Names of people and nodes are those of the last command,
// so that a row is found by what it shows.
//
// Thread: reads on a snapshot, no state. Errors: not_found (process_unknown, instance_unknown),
// permission_denied (not_permitted) for people who have no right on the process and nothing in it,
// and those of the store for a filter that it refuses.
#pragma once

#include "base/result.h"
#include "ports/schema.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"
#include "vocab/filter.h"
#include "vocab/states.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

// The columns that an InstanceQuery names.
namespace instance_columns = ports::schema::process_instance;

struct ListedInstance {
  ProcessInstanceId id;
  ProcessId process;
  ProcessDefinitionId definition;
  std::int64_t number = 0;
  RecordId record;
  InstanceState state = InstanceState::running;
  std::string title;
  bool important = false;
  bool urgent = false;
  // Absent when it has ended, see CurrentPosition.
  std::optional<std::string> node_id;
  std::optional<std::string> node_names;
  std::string assignees;
  UserId initiator;  // unassigned: it started by itself
  std::string initiator_name;
  GroupId initiator_position;  // unassigned: none
  Instant created_at;
  Instant updated_at;
  std::optional<Instant> ended_at;
};

// Of a row of process_instance.
ListedInstance listed_instance(const ports::Row& row);

struct InstanceQuery {
  ProcessId process;
  FilterNode filter = all_of({});  // over process_instance
  std::optional<SortKey> order;    // the id, ascending, is the last key
  std::int64_t offset = 0;
  std::int64_t limit = 100;  // any number: `each` goes through them in pieces
};

class InstanceListService {
 public:
  InstanceListService(const CatalogSource& catalog, const PeopleSource& people);

  // One after the other, without holding them all; an error of `take` ends it.
  Status each(ports::ReadTransaction& snapshot, const CallContext& context,
              const InstanceQuery& query, const std::function<Status(const ListedInstance&)>& take);
  // All that fit the filter, whatever the page.
  Result<std::int64_t> count(ports::ReadTransaction& snapshot, const CallContext& context,
                             const InstanceQuery& query);
  // Whether the process has been started at all, whoever may see it.
  static Result<bool> has_any(ports::ReadTransaction& snapshot, ProcessId process);
  // instance_unknown also for one that the caller may not see, or of another process.
  Result<ListedInstance> find(ports::ReadTransaction& snapshot, const CallContext& context,
                              ProcessId process, ProcessInstanceId instance);

 private:
  Result<FilterNode> visible(ports::ReadTransaction& snapshot, const CallContext& context,
                             ProcessId process) const;

  const CatalogSource& catalog_;
  const PeopleSource& people_;
};

}  // namespace cinnabar::services
