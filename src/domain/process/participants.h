// Who is offered the work of a user task: its rules applied to the record and the directory. Pure;
// thread: any.
#pragma once

#include "domain/org/directory.h"
#include "domain/process/definition.h"
#include "domain/process/instance.h"

#include <vector>

namespace cinnabar::process {

// One work item to be: for a person, for a person as a member of a group, or, without a person, for
// whoever of the group takes it.
struct Offer {
  UserId assignee;
  GroupId group;
  friend bool operator==(const Offer&, const Offer&) = default;
};

struct Offers {
  std::vector<Offer> list;   // in the order of the rules; every person and every pool once
  bool is_too_many = false;  // more than limits::kParticipantsMax; the list is empty then
};

// With the rule Any a group is one pooled offer; other rules ask every member. People who are not
// active and groups without active members are left out.
Offers offers_for(const UserTask& task, const Instance& instance, const org::Directory& directory);

}  // namespace cinnabar::process
