// What expressions and scripts compute with, and what process variables hold: the values of FEEL
// (DMN 1.4, chapter 10.3) plus references to people and files, which only compare and pass through.
//
// Lists, contexts and ranges are shared and immutable, so copies are cheap; a Value never refers to
// itself. Equality here is identity of kind and content ("1" is not 1); the comparison of the
// language is in compare.h. Thread: a plain value.
#pragma once

#include "base/time.h"
#include "vocab/field_value.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cinnabar::expr {

class Value;

// A wall-clock time with an optional zone: an offset, or the name of a region.
struct TimeOfDay {
  std::int64_t micros = 0;  // since midnight
  std::optional<std::int32_t> offset_seconds;
  std::string zone;  // "" or for example "Asia/Taipei"; offset_seconds is unset then
  friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};
// A calendar day and a time; without offset and zone it is local to nowhere.
struct DateTime {
  std::int32_t year = 1970;
  std::int32_t month = 1;
  std::int32_t day = 1;
  TimeOfDay time;
  friend bool operator==(const DateTime&, const DateTime&) = default;
};
struct Date {
  std::int32_t year = 1970;
  std::int32_t month = 1;
  std::int32_t day = 1;
  friend bool operator==(const Date&, const Date&) = default;
};
// Years and months, in months.
struct MonthsDuration {
  std::int64_t months = 0;
  friend bool operator==(const MonthsDuration&, const MonthsDuration&) = default;
};
// Days and time, in microseconds: cinnabar::Duration.

class Value {
 public:
  using List = std::vector<Value>;
  using Entry = std::pair<std::string, Value>;
  using Context = std::vector<Entry>;  // in the order of insertion; every key once
  struct Range;
  // A function made by an expression. It lives within one evaluation: results never hold one.
  struct Function;
  using ListRef = std::shared_ptr<const List>;
  using ContextRef = std::shared_ptr<const Context>;
  using RangeRef = std::shared_ptr<const Range>;
  using FunctionRef = std::shared_ptr<const Function>;
  using Storage = std::variant<std::monostate, bool, Decimal, std::string, Date, TimeOfDay,
                               DateTime, MonthsDuration, Duration, UserRef, GroupRef, AssigneeRef,
                               FileRef, ListRef, ContextRef, RangeRef, FunctionRef>;

  Value() = default;  // null
  explicit Value(bool value) : storage_(std::in_place_type<bool>, value) {}
  explicit Value(Decimal value) : storage_(std::in_place_type<Decimal>, std::move(value)) {}
  explicit Value(std::int64_t value) : storage_(std::in_place_type<Decimal>, Decimal{value}) {}
  explicit Value(std::string value) : storage_(std::in_place_type<std::string>, std::move(value)) {}
  explicit Value(const char* value) = delete;
  explicit Value(Date value) : storage_(std::in_place_type<Date>, value) {}
  explicit Value(TimeOfDay value) : storage_(std::in_place_type<TimeOfDay>, std::move(value)) {}
  explicit Value(DateTime value) : storage_(std::in_place_type<DateTime>, std::move(value)) {}
  explicit Value(MonthsDuration value) : storage_(std::in_place_type<MonthsDuration>, value) {}
  explicit Value(Duration value) : storage_(std::in_place_type<Duration>, value) {}
  explicit Value(UserRef value) : storage_(std::in_place_type<UserRef>, value) {}
  explicit Value(GroupRef value) : storage_(std::in_place_type<GroupRef>, value) {}
  explicit Value(AssigneeRef value) : storage_(std::in_place_type<AssigneeRef>, value) {}
  explicit Value(FileRef value) : storage_(std::in_place_type<FileRef>, std::move(value)) {}
  explicit Value(List value);
  explicit Value(Context value);
  explicit Value(Range value);
  explicit Value(FunctionRef value) : storage_(std::in_place_type<FunctionRef>, std::move(value)) {}

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(storage_); }
  template <typename T>
  [[nodiscard]] const T* get() const {
    return std::get_if<T>(&storage_);
  }
  // Null pointer for values of another kind.
  [[nodiscard]] const List* list() const;
  [[nodiscard]] const Context* context() const;
  [[nodiscard]] const Range* range() const;
  [[nodiscard]] const Function* function() const;
  // The entry of a context; null pointer when there is none or this is no context.
  [[nodiscard]] const Value* member(std::string_view name) const;
  [[nodiscard]] const Storage& storage() const { return storage_; }

  friend bool operator==(const Value& a, const Value& b);

 private:
  Storage storage_;
};

// An interval. An end that is null is open to infinity.
struct Value::Range {
  Value low;
  Value high;
  bool low_included = true;
  bool high_included = true;
};

// Process variables of one scope: name -> value, without nulls only where a caller says so.
using Variables = std::map<std::string, Value, std::less<>>;

// Instants become date-times in UTC, tables become lists of contexts; nothing is lost.
Value from_field(const FieldValue& value);
// Contexts become one-row tables, lists of contexts tables, durations and times their text.
// Date-times without offset are read as UTC.
FieldValue to_field(const Value& value);

}  // namespace cinnabar::expr
