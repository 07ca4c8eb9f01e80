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

std::optional<Outcome> enough_consent(std::int32_t wanted, const Tally& tally) {
  const std::int32_t needed = std::clamp(wanted, 1, std::max(1, tally.participants));
  if (tally.consents >= needed) return Outcome::approved;
  if (tally.participants - tally.rejections < needed) return Outcome::rejected;
  return std::nullopt;
}

struct Decide {
  const Tally& tally;

  std::optional<Outcome> operator()(const Any&) const { return any_decides(tally); }
  std::optional<Outcome> operator()(const All& rule) const {
    return all_decide(rule.one_veto, tally);
  }
  std::optional<Outcome> operator()(const InOrder& rule) const {
    return all_decide(rule.one_veto, tally);
  }
  std::optional<Outcome> operator()(const AtLeast& rule) const {
    return enough_consent(rule.count, tally);
  }
  std::optional<Outcome> operator()(const Percentage& rule) const {
    const std::int32_t percent = std::clamp(rule.percent, 1, 100);
    return enough_consent((tally.participants * percent + 99) / 100, tally);
  }
};

}  // namespace

std::optional<Outcome> decide_outcome(const CompletionRule& rule, const Tally& tally) {
  if (tally.participants <= 1) return any_decides(tally);
  return std::visit(Decide{tally}, rule);
}

}  // namespace cinnabar::process
