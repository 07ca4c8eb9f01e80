// Who is offered the work of a user task: its rules applied to the record, the history and the
// directory, then the policies for those who have left, are away, or have had their say already.
// Every offer says which rule gave it, so that a dry run can explain itself.
//
// Pure; thread: any. What can not be found is left out; an expression that fails is a problem.
#pragma once

#include "domain/org/directory.h"
#include "domain/process/definition.h"
#include "domain/process/instance.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace cinnabar::process {

// One work item to be: for a person, for a person as a member of a group, or, without a person, for
// whoever of the group takes it.
struct Offer {
  UserId assignee;
  GroupId group;
  UserId owner;  // is away; the assignee acts for them
  std::int32_t weight = 1;
  bool passes = false;  // is not asked: a policy counts it as approved
  std::string reason;   // for example "manager of the initiator; delegate of an absent person"
  friend bool operator==(const Offer&, const Offer&) = default;
};

struct Offers {
  std::vector<Offer> list;   // in the order of the rules; every person and every pool once
  bool is_too_many = false;  // more than limits::kParticipantsMax; the list is empty then
  bool is_skipped = false;   // nobody was found and the policy says to go on; the list is empty
  std::string problem;       // an expression that failed; the list is empty then
};

// What the rules look at.
struct ParticipantContext {
  const ProcessDefinition& definition;
  const Node& node;  // a user task
  const Instance& instance;
  ActivityInstanceId activity;  // whose variables the expressions see
  const org::Directory& directory;
  Instant now;
  std::function<Result<expr::Value>(const expr::Expression&)> evaluate;
};

// With the rule Any a group is one pooled offer; other rules ask every member. Groups without
// active members are left out.
Offers offers_for(const ParticipantContext& context);

// What the vote of that person, asked as a member of that group if any, weighs at the task.
std::int32_t vote_weight(const UserTask& task, const org::Directory& directory, UserId user,
                         GroupId group);

// The user tasks that come directly before the node, looking back over everything else within the
// process, in document order.
std::vector<NodeIndex> user_tasks_before(const ProcessDefinition& definition, NodeIndex node);

}  // namespace cinnabar::process
