// Comments on an instance and relations between instances.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"
#include "vocab/states.h"

#include <string>
#include <vector>

namespace cinnabar::services {

struct Comment {
  CommentId id;
  ProcessInstanceId instance;
  std::int64_t position = 0;
  UserId author;
  std::string content;
  Instant created_at;
};

struct Relation {
  RelationId id;
  ProcessInstanceId from;
  ProcessInstanceId to;
  RelationKind kind = RelationKind::link;
  std::optional<std::int64_t> percentage;
  ProcessId other_process;  // of the other end, seen from the instance asked about
  std::int64_t other_number = 0;
  std::string other_title;
  std::string other_level;
  bool outgoing = true;
};

struct InstanceName {
  ProcessId process;
  std::int64_t number = 0;
};

class CollaborationService {
 public:
  CollaborationService(ports::Clock& clock, const CatalogSource& catalog,
                       const PeopleSource& people);

  // `position` must belong to the instance; 0: the instance itself. Needs `modify`, or being its
  // participant.
  Result<CommentId> comment(ports::WriteTransaction& transaction, const CallContext& context,
                            InstanceName instance, std::int64_t position, std::string content);
  // Oldest first. Needs `view`, or being initiator or participant.
  Result<std::vector<Comment>> comments(ports::ReadTransaction& snapshot,
                                        const CallContext& context, InstanceName instance);

  // Parent and child must be of one process; an instance is not related to itself. Needs `modify`
  // on both. Relating twice in the same way is already_exists.
  Status relate(ports::WriteTransaction& transaction, const CallContext& context, InstanceName from,
                InstanceName to, RelationKind kind, std::optional<std::int64_t> percentage);
  // Removes the relation in either direction; none is no error.
  Status unrelate(ports::WriteTransaction& transaction, const CallContext& context,
                  InstanceName from, InstanceName to, RelationKind kind);
  // Ends that the caller may not view are left out.
  Result<std::vector<Relation>> relations(ports::ReadTransaction& snapshot,
                                          const CallContext& context, InstanceName instance);

 private:
  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
};

}  // namespace cinnabar::services
