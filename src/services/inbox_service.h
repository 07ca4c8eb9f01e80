// The inbox: open work items of the caller, from one table, filtered and sorted by the database.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "ports/schema.h"
#include "ports/store.h"
#include "services/context.h"
#include "services/people.h"
#include "vocab/filter.h"

#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

// The columns that InboxQuery names.
namespace inbox_columns = ports::schema::work_item;

// A button that decides without opening the form.
struct QuickActionLabel {
  std::string key;    // for example "action1"
  std::string label;  // for people
  friend bool operator==(const QuickActionLabel&, const QuickActionLabel&) = default;
};

struct InboxItem {
  WorkItemId id;
  WorkItemState state = WorkItemState::open;
  ProcessInstanceId instance;
  ActivityInstanceId activity;
  ProcessId process;
  std::int64_t number = 0;
  std::string node_id;
  std::string node_name;
  UserId assignee;  // unassigned: offered to the group
  GroupId group;
  std::string title;
  std::optional<std::string> status;
  std::optional<std::string> level;
  std::vector<QuickActionLabel> quick_actions;  // in the order of the definition
  bool has_attachments = false;
  UserId initiator;
  Instant instance_created_at;
  Instant created_at;
  Instant updated_at;
  UserId updated_by;  // unassigned: nobody yet
};

struct InboxQuery {
  FilterNode filter;           // over ports::schema::work_item columns; AllOf{} for all
  std::vector<SortKey> order;  // work_item columns; the id breaks ties
  std::int64_t offset = 0;
  std::int64_t limit = 100;  // -1: up to limits::kPageRowsMax
};

class InboxService {
 public:
  explicit InboxService(const PeopleSource& people);

  // Open items assigned to the caller, or offered to one of their groups and assigned to nobody.
  Result<std::vector<InboxItem>> list(ports::ReadTransaction& snapshot, const CallContext& context,
                                      const InboxQuery& query);
  // Any work item, also a closed one, that is the caller's or of a process they may view; else
  // not_found (work_item_unknown), which does not tell whether it exists.
  Result<InboxItem> find(ports::ReadTransaction& snapshot, const CallContext& context,
                         WorkItemId id);
  Result<std::int64_t> count(ports::ReadTransaction& snapshot, const CallContext& context);

 private:
  std::vector<FilterNode> branches(const People& people, UserId user) const;

  const PeopleSource& people_;
};

}  // namespace cinnabar::services
