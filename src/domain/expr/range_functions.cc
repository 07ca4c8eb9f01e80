// The relations of Allen between points and ranges. A point is a range of its own.
#include "domain/expr/builtins.h"
#include "domain/expr/compare.h"

#include <compare>

namespace cinnabar::expr::builtin {
namespace {

struct Span {
  Value low;
  Value high;
  bool low_included = true;
  bool high_included = true;
  bool is_point = false;
};

std::optional<Span> span_of(const Value& argument) {
  const Value& value = single(argument);
  if (const auto* range = value.range()) {
    return Span{range->low, range->high, range->low_included, range->high_included, false};
  }
  if (value.is_null() || value.list() != nullptr || value.context() != nullptr) return std::nullopt;
  return Span{value, value, true, true, true};
}

// Where an end lies: its value, and a little above (1) or below (-1) when it is open.
struct End {
  const Value* value = nullptr;
  int shift = 0;
  int infinite = 0;  // -1 below everything, 1 above
};
End low_of(const Span& span) {
  if (span.low.is_null()) return {&span.low, 0, -1};
  return {&span.low, span.low_included ? 0 : 1, 0};
}
End high_of(const Span& span) {
  if (span.high.is_null()) return {&span.high, 0, 1};
  return {&span.high, span.high_included ? 0 : -1, 0};
}

// Less, equal or greater; nullopt where the values have no order.
std::optional<int> compare(const End& a, const End& b) {
  if (a.infinite != b.infinite) return a.infinite < b.infinite ? -1 : 1;
  if (a.infinite != 0) return 0;
  const auto ordering = order(*a.value, *b.value);
  if (!ordering) return std::nullopt;
  if (*ordering != 0) return *ordering < 0 ? -1 : 1;
  return a.shift == b.shift ? 0 : (a.shift < b.shift ? -1 : 1);
}

// How the ends of two spans lie: each of a's against each of b's.
struct Relation {
  int low_low = 0;
  int low_high = 0;
  int high_low = 0;
  int high_high = 0;
};

struct Pair {
  Span a;
  Span b;
  Relation relation;
};

std::optional<Pair> pair_of(const Value& first, const Value& second) {
  const auto a = span_of(first);
  const auto b = span_of(second);
  if (!a || !b) return std::nullopt;
  Pair out{*a, *b, {}};
  const auto low_low = compare(low_of(out.a), low_of(out.b));
  const auto low_high = compare(low_of(out.a), high_of(out.b));
  const auto high_low = compare(high_of(out.a), low_of(out.b));
  const auto high_high = compare(high_of(out.a), high_of(out.b));
  if (!low_low || !low_high || !high_low || !high_high) return std::nullopt;
  out.relation = {*low_low, *low_high, *high_low, *high_high};
  return out;
}

template <typename Test>
Answer relate(const Value& first, const Value& second, Test test) {
  const auto pair = pair_of(first, second);
  return pair ? Value{test(*pair)} : Value{};
}

bool is_before(const Pair& pair) {
  return pair.relation.high_low < 0;
}
// The end of a is the start of b and both belong to it.
bool is_meeting(const Pair& pair) {
  return !pair.a.is_point && !pair.b.is_point && pair.a.high_included && pair.b.low_included &&
         !pair.a.high.is_null() && pair.relation.high_low == 0;
}
bool is_overlapping(const Pair& pair) {
  return pair.relation.high_low >= 0 && pair.relation.low_high <= 0;
}
bool is_inside(const Pair& pair) {
  return pair.relation.low_low >= 0 && pair.relation.high_high <= 0;
}
bool is_overlapping_before(const Pair& pair) {
  return is_overlapping(pair) && pair.relation.low_low < 0 && pair.relation.high_high <= 0;
}
bool is_starting(const Pair& pair) {
  return !pair.b.is_point && pair.relation.low_low == 0 && pair.relation.high_high <= 0;
}
bool is_finishing(const Pair& pair) {
  return !pair.b.is_point && pair.relation.high_high == 0 && pair.relation.low_low >= 0;
}
bool is_coinciding(const Pair& pair) {
  return pair.a.is_point == pair.b.is_point && pair.relation.low_low == 0 &&
         pair.relation.high_high == 0;
}

}  // namespace

Answer before(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_before);
}
Answer after(Arguments arguments, Runtime&) {
  return relate(arguments[1], arguments[0], is_before);
}
Answer meets(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_meeting);
}
Answer met_by(Arguments arguments, Runtime&) {
  return relate(arguments[1], arguments[0], is_meeting);
}
Answer overlaps(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_overlapping);
}
Answer overlaps_before(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_overlapping_before);
}
Answer overlaps_after(Arguments arguments, Runtime&) {
  return relate(arguments[1], arguments[0], is_overlapping_before);
}
Answer finishes(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_finishing);
}
Answer finished_by(Arguments arguments, Runtime&) {
  return relate(arguments[1], arguments[0], is_finishing);
}
Answer includes(Arguments arguments, Runtime&) {
  return relate(arguments[1], arguments[0], is_inside);
}
Answer during(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_inside);
}
Answer starts(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_starting);
}
Answer started_by(Arguments arguments, Runtime&) {
  return relate(arguments[1], arguments[0], is_starting);
}
Answer coincides(Arguments arguments, Runtime&) {
  return relate(arguments[0], arguments[1], is_coinciding);
}

}  // namespace cinnabar::expr::builtin
