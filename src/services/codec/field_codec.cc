#include "base/assert.h"
#include "base/json.h"
#include "base/text.h"
#include "services/codec/instance_codec.h"
#include "services/codec/value_bytes.h"
#include "services/codec/value_json.h"
#include "vocab/reasons.h"

#include <optional>

namespace cinnabar::services::codec {

namespace {

// Two levels of JSON per nested table: the tag and the row.
constexpr int kJsonDepth = 2 * kValueDepthMax + 4;
// Years that RFC 3339 can write, 0001 to 9999; other instants are stored as microseconds.
constexpr Instant kWritableMin{-62'135'596'800'000'000};
constexpr Instant kWritableMax{253'402'300'799'999'999};

void put_value(std::string& out, const FieldValue& value, int depth);

void put_text(std::string& out, std::string_view text) {
  print_string_to(out, text, false);
}

void put_row(std::string& out, const FieldValues& values, int depth) {
  out += '{';
  bool first = true;
  for (const auto& [id, value] : values) {
    if (!first) out += ',';
    first = false;
    put_text(out, id);
    out += ':';
    put_value(out, value, depth);
  }
  out += '}';
}

struct PutStorage {
  std::string& out;
  int depth;

  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(const Decimal& value) const { out += value.text(); }
  void operator()(const std::string& value) const { put_text(out, value); }
  void operator()(const CalendarDate& value) const {
    out += R"({"$date":)";
    put_text(out, value.text);
    out += '}';
  }
  void operator()(Instant value) const {
    if (value < kWritableMin || value > kWritableMax) {
      out += R"({"$micros":)" + std::to_string(value.micros()) + '}';
      return;
    }
    out += R"({"$time":")" + to_rfc3339(value) + "\"}";
  }
  void operator()(UserRef value) const {
    out += R"({"$user":)" + std::to_string(value.user.value()) + '}';
  }
  void operator()(GroupRef value) const {
    out += R"({"$group":)" + std::to_string(value.group.value()) + '}';
  }
  void operator()(AssigneeRef value) const {
    out += R"({"$assignee":[)" + std::to_string(value.group.value()) + ',' +
           std::to_string(value.user.value()) + "]}";
  }
  void operator()(const FileRef& value) const {
    out += R"({"$file":[)" + std::to_string(value.attachment.value()) + ',';
    put_text(out, value.file_name);
    out += "]}";
  }
  void operator()(const FieldValue::List& value) const {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      put_value(out, value[i], depth + 1);
    }
    out += ']';
  }
  void operator()(const FieldValue::Table& value) const {
    out += R"({"$table":[)";
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      put_row(out, value[i], depth + 1);
    }
    out += "]}";
  }
};

void put_value(std::string& out, const FieldValue& value, int depth) {
  CINNABAR_ASSERT(depth <= kValueDepthMax);
  std::visit(PutStorage{out, depth}, value.storage());
}

// Reading answers nullopt for anything that encode_fields does not write.
std::optional<FieldValue> get_value(const Json& json, int depth);

std::optional<FieldValues> get_row(const Json& json, int depth) {
  const Json::Object* object = json.as_object();
  if (object == nullptr) return std::nullopt;
  FieldValues values;
  for (const auto& [id, member] : *object) {
    auto value = get_value(member, depth);
    if (!value) return std::nullopt;
    if (!values.emplace(id, std::move(*value)).second) return std::nullopt;
  }
  return values;
}

std::optional<FieldValue> get_list(const Json::Array& array, int depth) {
  FieldValue::List list;
  list.reserve(array.size());
  for (const Json& element : array) {
    auto value = get_value(element, depth + 1);
    if (!value) return std::nullopt;
    list.push_back(std::move(*value));
  }
  return FieldValue{std::move(list)};
}

std::optional<FieldValue> get_table(const Json& json, int depth) {
  const Json::Array* array = json.as_array();
  if (array == nullptr) return std::nullopt;
  FieldValue::Table table;
  table.reserve(array->size());
  for (const Json& element : *array) {
    auto row = get_row(element, depth + 1);
    if (!row) return std::nullopt;
    table.push_back(std::move(*row));
  }
  return FieldValue{std::move(table)};
}

std::optional<FieldValue> get_time(const Json& json) {
  const std::string* text = json.as_string();
  if (text == nullptr) return std::nullopt;
  const auto at = parse_instant(*text, UtcOffset{});
  if (!at) return std::nullopt;
  return FieldValue{*at};
}

std::optional<FieldValue> get_date(const Json& json) {
  const std::string* text = json.as_string();
  if (text == nullptr || !is_calendar_date(*text)) return std::nullopt;
  return FieldValue{CalendarDate{*text}};
}

std::optional<FieldValue> get_assignee(const Json& json) {
  const Json::Array* pair = json.as_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const auto group = (*pair)[0].as_int();
  const auto user = (*pair)[1].as_int();
  if (!group || !user) return std::nullopt;
  return FieldValue{AssigneeRef{GroupId{*group}, UserId{*user}}};
}

std::optional<FieldValue> get_file(const Json& json) {
  const Json::Array* pair = json.as_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const auto attachment = (*pair)[0].as_int();
  const std::string* file_name = (*pair)[1].as_string();
  if (!attachment || file_name == nullptr) return std::nullopt;
  return FieldValue{FileRef{AttachmentId{*attachment}, *file_name}};
}

std::optional<FieldValue> get_tagged(const Json::Object& object, int depth) {
  if (object.size() != 1) return std::nullopt;
  const auto& [tag, json] = object.front();
  if (tag == "$date") return get_date(json);
  if (tag == "$time") return get_time(json);
  if (tag == "$assignee") return get_assignee(json);
  if (tag == "$file") return get_file(json);
  if (tag == "$table") return get_table(json, depth);
  const auto number = json.as_int();
  if (!number) return std::nullopt;
  if (tag == "$user") return FieldValue{UserRef{UserId{*number}}};
  if (tag == "$group") return FieldValue{GroupRef{GroupId{*number}}};
  if (tag == "$micros") return FieldValue{Instant{*number}};
  return std::nullopt;
}

std::optional<FieldValue> get_value(const Json& json, int depth) {
  if (depth > kValueDepthMax) return std::nullopt;
  if (json.is_null()) return FieldValue{};
  if (const bool* value = json.as_bool()) return FieldValue{*value};
  if (const std::string* value = json.as_string()) return FieldValue{*value};
  if (const Json::Array* value = json.as_array()) return get_list(*value, depth);
  if (const Json::Object* value = json.as_object()) return get_tagged(*value, depth);
  auto value = Decimal::parse(json.as_number()->digits);
  if (!value) return std::nullopt;
  return FieldValue{std::move(*value)};
}

}  // namespace

void put_json(std::string& out, const FieldValue& value) {
  put_value(out, value, 0);
}

std::optional<FieldValue> get_json(const Json& json) {
  return get_value(json, 0);
}

std::string encode_fields(const FieldValues& fields) {
  std::string out;
  put_row(out, fields, 0);
  // A document that is no UTF-8 could never be read again; a replaced character can.
  return is_utf8(out) ? out : to_valid_utf8(out);
}

Result<FieldValues> decode_fields(std::string_view document) {
  const auto corrupt = [](std::string detail) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt, std::move(detail));
  };
  const auto json = Json::parse(document, kJsonDepth);
  if (!json) return corrupt("the record is no JSON document");
  auto values = get_row(*json, 0);
  if (!values) return corrupt("the record holds something that is no field value");
  return std::move(*values);
}

}  // namespace cinnabar::services::codec
