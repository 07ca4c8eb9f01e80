// When an activity with several participants is finished, and with which outcome. Pure; any thread.
#pragma once

#include "vocab/states.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cinnabar::process {

struct Any {  // the first decision counts; the other work items are superseded
  friend bool operator==(const Any&, const Any&) = default;
};
struct All {  // everybody decides; one rejection ends it when one_veto is set
  bool one_veto = true;
  friend bool operator==(const All&, const All&) = default;
};
struct InOrder {  // as All, one after the other in the order of the participants
  bool one_veto = true;
  friend bool operator==(const InOrder&, const InOrder&) = default;
};
struct AtLeast {  // approved after that many approvals (at most the number of participants)
  std::int32_t count = 1;
  bool one_veto = false;  // one rejection ends it, however many approve
  friend bool operator==(const AtLeast&, const AtLeast&) = default;
};
struct Percentage {  // approved once approvals reach that share, 1..100, rounded up
  std::int32_t percent = 100;
  bool one_veto = false;
  friend bool operator==(const Percentage&, const Percentage&) = default;
};
// How much a vote weighs: of a user by name or, with `kind`, of the members of a group by key.
struct VoteWeight {
  std::string name;
  std::optional<GroupKind> kind;
  std::int32_t weight = 1;  // 0..kVoteWeightMax
  friend bool operator==(const VoteWeight&, const VoteWeight&) = default;
};
inline constexpr std::int32_t kVoteWeightMax = 1'000;

struct WeightedShare {  // approved once the consenting weight reaches that share of all, rounded up
  std::int32_t percent = 100;
  bool one_veto = false;
  std::vector<VoteWeight> weights;  // the first that fits counts; without one a vote weighs 1
  friend bool operator==(const WeightedShare&, const WeightedShare&) = default;
};
using CompletionRule = std::variant<Any, All, InOrder, AtLeast, Percentage, WeightedShare>;

// The decisions so far. `submitted` and `approved` count as consent; anything else does not.
struct Tally {
  std::int32_t participants = 0;
  std::int32_t consents = 0;
  std::int32_t rejections = 0;
  std::int64_t weight = 0;  // of all participants
  std::int64_t consenting = 0;
  std::int64_t rejecting = 0;
};

// The activity's outcome once it is decided: approved as soon as the rule holds, rejected as soon
// as it can no longer hold; nullopt while it is open. With one participant every rule behaves as
// Any. A weighted vote in which nobody weighs anything is decided by the number of votes.
std::optional<Outcome> decide_outcome(const CompletionRule& rule, const Tally& tally);

}  // namespace cinnabar::process
