#include "domain/process/completion_rule.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

std::optional<Outcome> any_decides(const Tally& tally) {
  if (tally.consents > 0) return Outcome::approved;
  if (tally.rejections > 0) return Outcome::rejected;
  return std::nullopt;
}

std::optional<Outcome> all_decide(bool one_veto, const Tally& tally) {
  if (one_veto && tally.rejections > 0) return Outcome::rejected;
  if (tally.consents + tally.rejections < tally.participants) return std::nullopt;
  return tally.rejections == 0 ? Outcome::approved : Outcome::rejected;
}

// `wanted` of `total` votes, or of what they weigh.
struct Votes {
  std::int64_t total = 0;
  std::int64_t consents = 0;
  std::int64_t rejections = 0;
};

std::optional<Outcome> enough_consent(std::int64_t wanted, bool one_veto, const Votes& votes) {
  if (one_veto && votes.rejections > 0) return Outcome::rejected;
  const std::int64_t needed =
      std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(1, votes.total));
  if (votes.consents >= needed) return Outcome::approved;
  if (votes.total - votes.rejections < needed) return Outcome::rejected;
  return std::nullopt;
}

std::int64_t share_of(std::int64_t total, std::int32_t percent) {
  return (total * std::clamp(percent, 1, 100) + 99) / 100;
}

struct Decide {
  const Tally& tally;

  [[nodiscard]] Votes heads() const {
    return {tally.participants, tally.consents, tally.rejections};
  }
  std::optional<Outcome> operator()(const Any&) const { return any_decides(tally); }
  std::optional<Outcome> operator()(const All& rule) const {
    return all_decide(rule.one_veto, tally);
  }
  std::optional<Outcome> operator()(const InOrder& rule) const {
    return all_decide(rule.one_veto, tally);
  }
  std::optional<Outcome> operator()(const AtLeast& rule) const {
    return enough_consent(rule.count, rule.one_veto, heads());
  }
  std::optional<Outcome> operator()(const Percentage& rule) const {
    return enough_consent(share_of(tally.participants, rule.percent), rule.one_veto, heads());
  }
  std::optional<Outcome> operator()(const WeightedShare& rule) const {
    // A veto of somebody whose vote weighs nothing is a veto all the same.
    if (rule.one_veto && tally.rejections > 0) return Outcome::rejected;
    const Votes weighed =
        tally.weight > 0 ? Votes{tally.weight, tally.consenting, tally.rejecting} : heads();
    return enough_consent(share_of(weighed.total, rule.percent), false, weighed);
  }
};

}  // namespace

std::optional<Outcome> decide_outcome(const CompletionRule& rule, const Tally& tally) {
  if (tally.participants <= 1) return any_decides(tally);
  return std::visit(Decide{tally}, rule);
}

}  // namespace cinnabar::process
