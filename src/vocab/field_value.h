// The value of one field of a record. Absent and empty are both Null. Thread: a plain value.
#pragma once

#include "base/time.h"
#include "vocab/decimal.h"
#include "vocab/ids.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cinnabar {

class FieldValue;

// Members of a group or a department are referred to by id; the display name is looked up.
struct UserRef {
  UserId user;
  friend bool operator==(const UserRef&, const UserRef&) = default;
};
struct GroupRef {
  GroupId group;
  friend bool operator==(const GroupRef&, const GroupRef&) = default;
};
// A stored file; the name is kept so that a list needs no second look-up.
struct FileRef {
  AttachmentId attachment;
  std::string file_name;
  friend bool operator==(const FileRef&, const FileRef&) = default;
};
// A group, a person in it, or both: who a thing is assigned to.
struct AssigneeRef {
  GroupId group;
  UserId user;
  friend bool operator==(const AssigneeRef&, const AssigneeRef&) = default;
};
// A calendar day "YYYY-MM-DD", checked when it was made.
struct CalendarDate {
  std::string text;
  friend bool operator==(const CalendarDate&, const CalendarDate&) = default;
};

// Field id -> value, in field id order, without Null values.
using FieldValues = std::map<std::string, FieldValue, std::less<>>;

class FieldValue {
 public:
  using List = std::vector<FieldValue>;
  using Table = std::vector<FieldValues>;
  using Storage = std::variant<std::monostate, bool, Decimal, std::string, CalendarDate, Instant,
                               UserRef, GroupRef, AssigneeRef, FileRef, List, Table>;

  FieldValue() = default;  // Null
  explicit FieldValue(bool value) : storage_(std::in_place_type<bool>, std::move(value)) {}
  explicit FieldValue(Decimal value) : storage_(std::in_place_type<Decimal>, std::move(value)) {}
  explicit FieldValue(std::string value)
      : storage_(std::in_place_type<std::string>, std::move(value)) {}
  explicit FieldValue(CalendarDate value)
      : storage_(std::in_place_type<CalendarDate>, std::move(value)) {}
  explicit FieldValue(Instant value) : storage_(std::in_place_type<Instant>, std::move(value)) {}
  explicit FieldValue(UserRef value) : storage_(std::in_place_type<UserRef>, std::move(value)) {}
  explicit FieldValue(GroupRef value) : storage_(std::in_place_type<GroupRef>, std::move(value)) {}
  explicit FieldValue(AssigneeRef value)
      : storage_(std::in_place_type<AssigneeRef>, std::move(value)) {}
  explicit FieldValue(FileRef value) : storage_(std::in_place_type<FileRef>, std::move(value)) {}
  explicit FieldValue(List value) : storage_(std::in_place_type<List>, std::move(value)) {}
  explicit FieldValue(Table value) : storage_(std::in_place_type<Table>, std::move(value)) {}
  // A literal is text, never a bool.
  explicit FieldValue(const char* value) = delete;
  static FieldValue text(std::string value) { return FieldValue{std::move(value)}; }

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(storage_); }
  template <typename T>
  [[nodiscard]] const T* get() const {
    return std::get_if<T>(&storage_);
  }
  [[nodiscard]] const Storage& storage() const { return storage_; }

  friend bool operator==(const FieldValue&, const FieldValue&) = default;

 private:
  Storage storage_;
};

// True for Null, "", an empty list and an empty table: what "required" refuses.
bool is_empty(const FieldValue& value);
// The value as plain text for titles, conditions and search; lists join with ", ", tables and files
// give their count and names.
std::string to_plain_text(const FieldValue& value);

}  // namespace cinnabar
