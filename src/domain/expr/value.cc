#include "domain/expr/value.h"

#include <algorithm>

namespace cinnabar::expr {

Value::Value(List value)
    : storage_(std::in_place_type<ListRef>, std::make_shared<const List>(std::move(value))) {}
Value::Value(Context value)
    : storage_(std::in_place_type<ContextRef>, std::make_shared<const Context>(std::move(value))) {}
Value::Value(Range value)
    : storage_(std::in_place_type<RangeRef>, std::make_shared<const Range>(std::move(value))) {}

const Value::List* Value::list() const {
  const auto* ref = get<ListRef>();
  return ref == nullptr ? nullptr : ref->get();
}

const Value::Context* Value::context() const {
  const auto* ref = get<ContextRef>();
  return ref == nullptr ? nullptr : ref->get();
}

const Value::Range* Value::range() const {
  const auto* ref = get<RangeRef>();
  return ref == nullptr ? nullptr : ref->get();
}

const Value::Function* Value::function() const {
  const auto* ref = get<FunctionRef>();
  return ref == nullptr ? nullptr : ref->get();
}

const Value* Value::member(std::string_view name) const {
  const Context* entries = context();
  if (entries == nullptr) return nullptr;
  const auto it = std::ranges::find(*entries, name, &Entry::first);
  return it == entries->end() ? nullptr : &it->second;
}

bool operator==(const Value& a, const Value& b) {
  if (a.storage_.index() != b.storage_.index()) return false;
  if (const auto* list = a.list()) return list == b.list() || *list == *b.list();
  if (const auto* context = a.context()) return context == b.context() || *context == *b.context();
  if (const auto* range = a.range()) {
    const Value::Range* other = b.range();
    return range == other || (range->low == other->low && range->high == other->high &&
                              range->low_included == other->low_included &&
                              range->high_included == other->high_included);
  }
  return a.storage_ == b.storage_;
}

}  // namespace cinnabar::expr
