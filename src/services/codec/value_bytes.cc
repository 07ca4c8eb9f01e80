#include "services/codec/value_bytes.h"

#include "base/assert.h"

namespace cinnabar::services::codec {

namespace {

// Stored for ever: append only, never renumber.
enum class ValueNumber : std::uint8_t {
  null = 0,
  no = 1,
  yes = 2,
  decimal = 3,
  text = 4,
  date = 5,
  instant = 6,
  user = 7,
  group = 8,
  assignee = 9,
  file = 10,
  list = 11,
  table = 12,
};

void put_number(Writer& out, ValueNumber number) {
  out.put_byte(static_cast<std::uint8_t>(number));
}

void put_value(Writer& out, const FieldValue& value, int depth);

void put_row(Writer& out, const FieldValues& values, int depth) {
  out.put_size(values.size());
  for (const auto& [id, value] : values) {
    out.put_text(id);
    put_value(out, value, depth);
  }
}

struct PutStorage {
  Writer& out;
  int depth;

  void operator()(std::monostate) const { put_number(out, ValueNumber::null); }
  void operator()(bool value) const { put_number(out, value ? ValueNumber::yes : ValueNumber::no); }
  void operator()(const Decimal& value) const {
    put_number(out, ValueNumber::decimal);
    out.put_text(value.text());
  }
  void operator()(const std::string& value) const {
    put_number(out, ValueNumber::text);
    out.put_text(value);
  }
  void operator()(const CalendarDate& value) const {
    put_number(out, ValueNumber::date);
    out.put_text(value.text);
  }
  void operator()(Instant value) const {
    put_number(out, ValueNumber::instant);
    out.put_signed(value.micros());
  }
  void operator()(UserRef value) const {
    put_number(out, ValueNumber::user);
    out.put_id(value.user);
  }
  void operator()(GroupRef value) const {
    put_number(out, ValueNumber::group);
    out.put_id(value.group);
  }
  void operator()(AssigneeRef value) const {
    put_number(out, ValueNumber::assignee);
    out.put_id(value.group);
    out.put_id(value.user);
  }
  void operator()(const FileRef& value) const {
    put_number(out, ValueNumber::file);
    out.put_id(value.attachment);
    out.put_text(value.file_name);
  }
  void operator()(const FieldValue::List& value) const {
    put_number(out, ValueNumber::list);
    out.put_size(value.size());
    for (const FieldValue& element : value) put_value(out, element, depth + 1);
  }
  void operator()(const FieldValue::Table& value) const {
    put_number(out, ValueNumber::table);
    out.put_size(value.size());
    for (const FieldValues& row : value) put_row(out, row, depth + 1);
  }
};

void put_value(Writer& out, const FieldValue& value, int depth) {
  CINNABAR_ASSERT(depth <= kValueDepthMax);
  std::visit(PutStorage{out, depth}, value.storage());
}

FieldValue get_value(Reader& in, int depth);

FieldValues get_row(Reader& in, int depth) {
  FieldValues values;
  const std::size_t count = in.get_count();
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    std::string id{in.get_text()};
    FieldValue value = get_value(in, depth);
    // Ids were written in order, so each belongs at the end and none comes twice.
    if (!values.empty() && id <= values.rbegin()->first) in.fail();
    values.emplace_hint(values.end(), std::move(id), std::move(value));
  }
  return values;
}

FieldValue get_list(Reader& in, int depth) {
  FieldValue::List list;
  const std::size_t count = in.get_count();
  list.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    list.push_back(get_value(in, depth + 1));
  }
  return FieldValue{std::move(list)};
}

FieldValue get_table(Reader& in, int depth) {
  FieldValue::Table table;
  const std::size_t count = in.get_count();
  table.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    table.push_back(get_row(in, depth + 1));
  }
  return FieldValue{std::move(table)};
}

FieldValue get_decimal(Reader& in) {
  const std::string_view text = in.get_text();
  auto value = Decimal::parse(text);
  if (!value || value->text() != text) {
    in.fail();
    return {};
  }
  return FieldValue{std::move(*value)};
}

FieldValue get_date(Reader& in) {
  const std::string_view text = in.get_text();
  if (!is_calendar_date(text)) in.fail();
  return FieldValue{CalendarDate{std::string{text}}};
}

FieldValue get_assignee(Reader& in) {
  const auto group = in.get_id<GroupId>();
  const auto user = in.get_id<UserId>();
  return FieldValue{AssigneeRef{group, user}};
}

FieldValue get_file(Reader& in) {
  const auto attachment = in.get_id<AttachmentId>();
  return FieldValue{FileRef{attachment, std::string{in.get_text()}}};
}

FieldValue get_value(Reader& in, int depth) {
  if (depth > kValueDepthMax) {
    in.fail();
    return {};
  }
  switch (in.get_enum(ValueNumber::null, ValueNumber::table)) {
    case ValueNumber::null:
      return {};
    case ValueNumber::no:
      return FieldValue{false};
    case ValueNumber::yes:
      return FieldValue{true};
    case ValueNumber::decimal:
      return get_decimal(in);
    case ValueNumber::text:
      return FieldValue{std::string{in.get_text()}};
    case ValueNumber::date:
      return get_date(in);
    case ValueNumber::instant:
      return FieldValue{Instant{in.get_signed()}};
    case ValueNumber::user:
      return FieldValue{UserRef{in.get_id<UserId>()}};
    case ValueNumber::group:
      return FieldValue{GroupRef{in.get_id<GroupId>()}};
    case ValueNumber::assignee:
      return get_assignee(in);
    case ValueNumber::file:
      return get_file(in);
    case ValueNumber::list:
      return get_list(in, depth);
    case ValueNumber::table:
      return get_table(in, depth);
  }
  in.fail();
  return {};
}

}  // namespace

void put_values(Writer& out, const FieldValues& values) {
  put_row(out, values, 0);
}

FieldValues get_values(Reader& in) {
  return get_row(in, 0);
}

}  // namespace cinnabar::services::codec
