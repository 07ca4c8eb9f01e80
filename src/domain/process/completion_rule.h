// When an activity with several participants is finished, and with which outcome.
#pragma once

#include "vocab/states.h"

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

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
  friend bool operator==(const AtLeast&, const AtLeast&) = default;
};
struct Percentage {  // approved once approvals reach that share, 1..100, rounded up
  std::int32_t percent = 100;
  friend bool operator==(const Percentage&, const Percentage&) = default;
};
using CompletionRule = std::variant<Any, All, InOrder, AtLeast, Percentage>;

// The decisions so far. `submitted` and `approved` count as consent; `rejected` does not.
struct Tally {
  std::int32_t participants = 0;
  std::int32_t consents = 0;
  std::int32_t rejections = 0;
};

// The activity's outcome once it is decided: approved as soon as the rule holds, rejected as soon
// as it can no longer hold; nullopt while it is open. With one participant every rule behaves as
// Any.
std::optional<Outcome> decide_outcome(const CompletionRule& rule, const Tally& tally);

}  // namespace cinnabar::process
