#include "services/codec/variable_bytes.h"

#include <set>

namespace cinnabar::services::codec {

namespace {

using expr::Value;

// Stored for ever: append only, never renumber.
enum class VariableNumber : std::uint8_t {
  null = 0,
  no = 1,
  yes = 2,
  decimal = 3,
  text = 4,
  date = 5,
  time = 6,
  date_time = 7,
  months = 8,
  duration = 9,
  user = 10,
  group = 11,
  assignee = 12,
  file = 13,
  list = 14,
  context = 15,
  range = 16,
};

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

void put_number(Writer& out, VariableNumber number) {
  out.put_byte(static_cast<std::uint8_t>(number));
}

void put_date(Writer& out, std::int32_t year, std::int32_t month, std::int32_t day) {
  out.put_signed(year);
  out.put_signed(month);
  out.put_signed(day);
}

void put_time(Writer& out, const expr::TimeOfDay& time) {
  out.put_signed(time.micros);
  out.put_byte(time.offset_seconds ? 1 : 0);
  if (time.offset_seconds) out.put_signed(*time.offset_seconds);
  out.put_text(time.zone);
}

void put_value(Writer& out, const Value& value, int depth);

struct PutStorage {
  Writer& out;
  int depth;

  void operator()(std::monostate) const { put_number(out, VariableNumber::null); }
  void operator()(bool value) const {
    put_number(out, value ? VariableNumber::yes : VariableNumber::no);
  }
  void operator()(const Decimal& value) const {
    put_number(out, VariableNumber::decimal);
    out.put_text(value.text());
  }
  void operator()(const std::string& value) const {
    put_number(out, VariableNumber::text);
    out.put_text(value);
  }
  void operator()(const expr::Date& value) const {
    put_number(out, VariableNumber::date);
    put_date(out, value.year, value.month, value.day);
  }
  void operator()(const expr::TimeOfDay& value) const {
    put_number(out, VariableNumber::time);
    put_time(out, value);
  }
  void operator()(const expr::DateTime& value) const {
    put_number(out, VariableNumber::date_time);
    put_date(out, value.year, value.month, value.day);
    put_time(out, value.time);
  }
  void operator()(expr::MonthsDuration value) const {
    put_number(out, VariableNumber::months);
    out.put_signed(value.months);
  }
  void operator()(Duration value) const {
    put_number(out, VariableNumber::duration);
    out.put_signed(value.micros());
  }
  void operator()(UserRef value) const {
    put_number(out, VariableNumber::user);
    out.put_id(value.user);
  }
  void operator()(GroupRef value) const {
    put_number(out, VariableNumber::group);
    out.put_id(value.group);
  }
  void operator()(AssigneeRef value) const {
    put_number(out, VariableNumber::assignee);
    out.put_id(value.group);
    out.put_id(value.user);
  }
  void operator()(const FileRef& value) const {
    put_number(out, VariableNumber::file);
    out.put_id(value.attachment);
    out.put_text(value.file_name);
  }
  void operator()(const Value::ListRef& value) const {
    put_number(out, VariableNumber::list);
    out.put_size(value->size());
    for (const Value& element : *value) put_value(out, element, depth + 1);
  }
  void operator()(const Value::ContextRef& value) const {
    put_number(out, VariableNumber::context);
    out.put_size(value->size());
    for (const auto& [key, element] : *value) {
      out.put_text(key);
      put_value(out, element, depth + 1);
    }
  }
  // A function lives as long as its evaluation.
  void operator()(const Value::FunctionRef& /*value*/) const {
    put_number(out, VariableNumber::null);
  }
  void operator()(const Value::RangeRef& value) const {
    put_number(out, VariableNumber::range);
    out.put_byte(value->low_included ? 1 : 0);
    out.put_byte(value->high_included ? 1 : 0);
    put_value(out, value->low, depth + 1);
    put_value(out, value->high, depth + 1);
  }
};

void put_value(Writer& out, const Value& value, int depth) {
  if (depth > kVariableDepthMax) return out.fail();
  // Values share their parts, so a small one may have no end of bytes.
  if (out.has_failed()) return;
  std::visit(PutStorage{out, depth}, value.storage());
}

Value get_value(Reader& in, int depth);

std::int32_t get_int(Reader& in, std::int64_t first, std::int64_t last) {
  const std::int64_t value = in.get_signed();
  if (value >= first && value <= last) return static_cast<std::int32_t>(value);
  in.fail();
  return static_cast<std::int32_t>(first);
}

expr::Date get_date(Reader& in) {
  const std::int32_t year = get_int(in, INT32_MIN, INT32_MAX);
  const std::int32_t month = get_int(in, 1, 12);
  const std::int32_t day = get_int(in, 1, 31);
  return {year, month, day};
}

expr::TimeOfDay get_time(Reader& in) {
  expr::TimeOfDay time;
  time.micros = in.get_signed();
  if (time.micros < 0 || time.micros >= kMicrosPerDay) in.fail();
  if (in.get_bool()) time.offset_seconds = get_int(in, -kMicrosPerDay / 1'000'000, 86'400);
  time.zone = in.get_text();
  return time;
}

Value get_decimal(Reader& in) {
  const std::string_view text = in.get_text();
  auto value = Decimal::parse(text);
  if (!value || value->text() != text) {
    in.fail();
    return {};
  }
  return Value{std::move(*value)};
}

Value get_date_time(Reader& in) {
  const expr::Date date = get_date(in);
  return Value{expr::DateTime{date.year, date.month, date.day, get_time(in)}};
}

Value get_assignee(Reader& in) {
  const auto group = in.get_id<GroupId>();
  const auto user = in.get_id<UserId>();
  return Value{AssigneeRef{group, user}};
}

Value get_file(Reader& in) {
  const auto attachment = in.get_id<AttachmentId>();
  return Value{FileRef{attachment, std::string{in.get_text()}}};
}

Value get_list(Reader& in, int depth) {
  Value::List list;
  const std::size_t count = in.get_count();
  list.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    list.push_back(get_value(in, depth + 1));
  }
  return Value{std::move(list)};
}

Value get_context(Reader& in, int depth) {
  Value::Context context;
  std::set<std::string, std::less<>> keys;
  const std::size_t count = in.get_count();
  context.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    std::string key{in.get_text()};
    if (!keys.insert(key).second) in.fail();
    context.emplace_back(std::move(key), get_value(in, depth + 1));
  }
  return Value{std::move(context)};
}

Value get_range(Reader& in, int depth) {
  Value::Range range;
  range.low_included = in.get_bool();
  range.high_included = in.get_bool();
  range.low = get_value(in, depth + 1);
  range.high = get_value(in, depth + 1);
  return Value{std::move(range)};
}

Value get_value(Reader& in, int depth) {
  if (depth > kVariableDepthMax) {
    in.fail();
    return {};
  }
  switch (in.get_enum(VariableNumber::null, VariableNumber::range)) {
    case VariableNumber::null:
      return {};
    case VariableNumber::no:
      return Value{false};
    case VariableNumber::yes:
      return Value{true};
    case VariableNumber::decimal:
      return get_decimal(in);
    case VariableNumber::text:
      return Value{std::string{in.get_text()}};
    case VariableNumber::date:
      return Value{get_date(in)};
    case VariableNumber::time:
      return Value{get_time(in)};
    case VariableNumber::date_time:
      return get_date_time(in);
    case VariableNumber::months:
      return Value{expr::MonthsDuration{in.get_signed()}};
    case VariableNumber::duration:
      return Value{Duration{in.get_signed()}};
    case VariableNumber::user:
      return Value{UserRef{in.get_id<UserId>()}};
    case VariableNumber::group:
      return Value{GroupRef{in.get_id<GroupId>()}};
    case VariableNumber::assignee:
      return get_assignee(in);
    case VariableNumber::file:
      return get_file(in);
    case VariableNumber::list:
      return get_list(in, depth);
    case VariableNumber::context:
      return get_context(in, depth);
    case VariableNumber::range:
      return get_range(in, depth);
  }
  in.fail();
  return {};
}

}  // namespace

void put_variable(Writer& out, const expr::Value& value) {
  put_value(out, value, 0);
}

expr::Value get_variable(Reader& in) {
  return get_value(in, 0);
}

}  // namespace cinnabar::services::codec
