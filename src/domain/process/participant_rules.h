// The rules of participants, before any policy. Inside of the engine. Thread: any.
#pragma once

#include "domain/process/participants.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::process {

// Somebody whom a rule named, active or not.
struct Candidate {
  UserId user;
  GroupId group;  // as a member of it; without user: all of it
  std::string reason;
};

// Applies one rule after the other and keeps each person and each group once.
class CandidateCollector {
 public:
  explicit CandidateCollector(const ParticipantContext& context);

  void operator()(const FixedUsers& rule);
  void operator()(const Groups& rule);
  void operator()(const InitiatorRule& rule);
  void operator()(const FieldRule& rule);
  void operator()(const ManagerRule& rule);
  void operator()(const DepartmentHeadRule& rule);
  void operator()(const PreviousHandlerRule& rule);
  void operator()(const ExpressionRule& rule);
  void operator()(const ChosenRule& rule);

  [[nodiscard]] std::vector<Candidate> take() { return std::move(candidates_); }
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void add_user(UserId user, GroupId group, const std::string& reason);
  void add_group(GroupId group, const std::string& reason);
  void add_field(const FieldValue& value, const std::string& reason);
  void add_value(const expr::Value& value, const std::string& reason);

  const ParticipantContext& context_;
  bool is_pooling_;
  std::set<UserId> users_;
  std::set<GroupId> groups_;
  std::vector<Candidate> candidates_;
  std::string problem_;
};

}  // namespace cinnabar::process
