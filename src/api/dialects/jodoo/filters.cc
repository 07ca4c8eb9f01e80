#include "api/dialects/jodoo/filters.h"

#include "api/dialects/jodoo/envelope.h"
#include "api/dialects/jodoo/ids.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace cinnabar::jodoo {
namespace {

using form::Field;
using form::FieldType;
using services::FieldCondition;
using services::FieldOp;
namespace columns = services::record_columns;

Error invalid(std::string detail) {
  return fail(codes::kFilterInvalid, std::move(detail));
}

// The numbers of flow_state, backwards; nullopt for one that no record has.
std::optional<FilterNode> where_flow_state(std::int64_t number) {
  using services::where_instance_state;
  switch (number) {
    case 0:
      return where_instance_state({InstanceState::running, InstanceState::suspended});
    case 1:
      return where_instance_state({InstanceState::completed});
    case 2:
      return where_instance_state({InstanceState::terminated, InstanceState::failed}, false);
    case 3:
      return where_instance_state({InstanceState::terminated}, true);
    default:
      return std::nullopt;
  }
}

bool is_in(std::string_view method, std::initializer_list<std::string_view> methods) {
  return std::ranges::find(methods, method) != methods.end();
}

// Which methods a type of field has, by the vendor's table.
bool has_method(FieldType type, std::string_view method) {
  if (is_in(method, {"empty", "not_empty"})) {
    return type != FieldType::subtable && type != FieldType::label;
  }
  switch (type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::select:
    case FieldType::boolean:
    case FieldType::user:
    case FieldType::assignee:
    case FieldType::group:
      return is_in(method, {"eq", "ne", "in", "nin"});
    case FieldType::serial:
      return is_in(method, {"eq", "ne", "in", "nin", "like"});
    case FieldType::number:
      return is_in(method, {"eq", "ne", "range", "gt", "lt"});
    case FieldType::date:
    case FieldType::datetime:
      return is_in(method, {"eq", "ne", "range"});
    case FieldType::multi_select:
    case FieldType::users:
    case FieldType::groups:
      return is_in(method, {"in", "all"});
    case FieldType::file:
    case FieldType::subtable:
    case FieldType::address:
    case FieldType::label:
      return false;
  }
  CINNABAR_UNREACHABLE();
}

struct Raw {
  std::string field;
  std::string method;
  Json::Array values;
};

Result<Raw> read_raw(const Json& json) {
  Raw raw;
  const Json* field = json.find("field");
  const Json* method = json.find("method");
  if (field == nullptr || !field->is_string() || method == nullptr || !method->is_string()) {
    return invalid("A condition needs a field and a method.");
  }
  raw.field = *field->as_string();
  raw.method = *method->as_string();
  const Json* value = json.find("value");
  if (value != nullptr && !value->is_null()) {
    if (const Json::Array* array = value->as_array()) {
      raw.values = *array;
    } else {
      raw.values.push_back(*value);
    }
  }
  if (raw.values.size() > kFilterListMax) return invalid("A list has at most 1000 values.");
  return raw;
}

// What a list field's values are compared with, one by one.
Field element_of(const Field& field) {
  Field element = field;
  if (field.type == FieldType::users) element.type = FieldType::user;
  if (field.type == FieldType::groups) element.type = FieldType::group;
  if (field.type == FieldType::multi_select) element.type = FieldType::text;
  if (field.type == FieldType::serial) element.type = FieldType::text;
  return element;
}

class Reader {
 public:
  Reader(const form::FormDefinition& form, const ReadContext& context, services::RecordQuery& query)
      : form_(form), context_(context), query_(query) {}

  Status read(const Json& json) {
    CINNABAR_TRY(const Raw raw, read_raw(json));
    if (raw.field == "_id" || raw.field == "data_id") return by_id(raw);
    if (raw.field == "createTime") return by_time(raw, columns::created_at);
    if (raw.field == "updateTime") return by_time(raw, columns::updated_at);
    if (raw.field == "creator") return by_person(raw, columns::created_by);
    if (raw.field == "updater") return by_person(raw, columns::updated_by);
    if (raw.field == "flowState") return by_state(raw);
    const Field* field = find_field(form_.fields, raw.field);
    if (field == nullptr) return invalid("There is no field " + raw.field + ".");
    if (!has_method(field->type, raw.method)) {
      return invalid(raw.field + " has no method " + raw.method + ".");
    }
    return by_field(*field, raw);
  }

 private:
  void add(const Field& field, FieldOp op, std::vector<FieldValue> values = {}) {
    query_.conditions.push_back({&field, op, std::move(values)});
  }

  // Values that name nobody are left out; `unknown` tells that there were some.
  Result<std::vector<FieldValue>> read_values(const Field& field, const Raw& raw, bool& unknown) {
    const Field element = element_of(field);
    std::vector<FieldValue> values;
    for (const Json& json : raw.values) {
      if (json.is_null()) continue;
      auto value = read_value(element, json, context_);
      if (!value &&
          (number_of(value.error()) == codes::kMemberUnknown || number_of(value.error()) == 6002)) {
        unknown = true;
        continue;
      }
      if (!value) return invalid(raw.field + ": the value does not fit the field.");
      if (!value->is_null()) values.push_back(std::move(*value));
    }
    return values;
  }

  Status by_field(const Field& field, const Raw& raw) {
    if (raw.method == "empty" || raw.method == "not_empty") {
      add(field, raw.method == "empty" ? FieldOp::empty : FieldOp::not_empty);
      return {};
    }
    if (raw.method == "range") return by_range(field, raw);
    bool unknown = false;
    CINNABAR_TRY(std::vector<FieldValue> values, read_values(field, raw, unknown));
    // As the real server has it: a list of members without those that do not exist, and the
    // condition is dropped when it excludes nobody that does.
    if (raw.method == "nin" && unknown) return {};
    if (raw.method == "in" || raw.method == "nin" || raw.method == "all") {
      const FieldOp op = raw.method == "in"    ? FieldOp::one_of
                         : raw.method == "nin" ? FieldOp::none_of
                                               : FieldOp::all_of;
      if (raw.values.empty()) return invalid(raw.method + " needs a value.");
      add(field, op, std::move(values));
      return {};
    }
    if (unknown) {
      // Nobody of that name: nothing is equal to it, everything differs.
      if (raw.method == "eq") query_.filters.push_back(any_of({}));
      return {};
    }
    if (values.size() != 1) return invalid(raw.method + " needs exactly one value.");
    constexpr std::array<std::pair<std::string_view, FieldOp>, 5> kOps{
        {{"eq", FieldOp::equal},
         {"ne", FieldOp::not_equal},
         {"gt", FieldOp::greater},
         {"lt", FieldOp::less},
         {"like", FieldOp::contains}}};
    const auto op =
        std::ranges::find(kOps, raw.method, &std::pair<std::string_view, FieldOp>::first);
    if (op == kOps.end()) return invalid("There is no method " + raw.method + ".");
    add(field, op->second, std::move(values));
    return {};
  }

  // Both ends belong to it; null leaves one open.
  Status by_range(const Field& field, const Raw& raw) {
    if (raw.values.empty() || raw.values.size() > 2) return invalid("range needs two values.");
    std::array<std::optional<FieldValue>, 2> ends;
    for (std::size_t i = 0; i < raw.values.size(); ++i) {
      if (raw.values[i].is_null()) continue;
      auto value = read_value(field, raw.values[i], context_);
      if (!value) return invalid(raw.field + ": the value does not fit the field.");
      if (!value->is_null()) ends[i] = *std::move(value);
    }
    auto& [low, high] = ends;
    if (low && high) {
      add(field, FieldOp::between, {*std::move(low), *std::move(high)});
    } else if (low) {
      add(field, FieldOp::greater_equal, {*std::move(low)});
    } else if (high) {
      add(field, FieldOp::less_equal, {*std::move(high)});
    } else {
      add(field, FieldOp::not_empty);
    }
    return {};
  }

  Status by_id(const Raw& raw) {
    std::vector<CellValue> ids;
    for (const Json& json : raw.values) {
      const std::string* text = json.as_string();
      const auto id = text == nullptr ? std::nullopt : from_hex24(*text);
      if (id) ids.emplace_back(*id);
    }
    if (raw.method == "eq" || raw.method == "in") {
      query_.filters.push_back(where_one_of(columns::id, std::move(ids)));
      return {};
    }
    if (raw.method == "not_empty") return {};
    if (raw.method == "empty") {
      query_.filters.push_back(any_of({}));
      return {};
    }
    return invalid("The id of a record has no method " + raw.method + ".");
  }

  Status by_time(const Raw& raw, std::uint16_t column) {
    Field field;
    field.id = raw.field;
    field.type = FieldType::datetime;
    if (!has_method(field.type, raw.method)) {
      return invalid(raw.field + " has no method " + raw.method + ".");
    }
    if (raw.method == "empty") query_.filters.push_back(any_of({}));
    if (raw.method == "empty" || raw.method == "not_empty") return {};
    std::vector<FilterNode> parts;
    constexpr std::array kEnds{FilterOp::greater_equal, FilterOp::less_equal};
    const bool is_range = raw.method == "range";
    if (raw.values.empty() || raw.values.size() > (is_range ? 2U : 1U)) {
      return invalid(raw.method + " needs a value.");
    }
    for (std::size_t i = 0; i < raw.values.size(); ++i) {
      if (raw.values[i].is_null()) continue;
      const auto value = read_value(field, raw.values[i], context_);
      const auto* at = value ? value->get<Instant>() : nullptr;
      if (at == nullptr) return invalid(raw.field + ": the value is no time.");
      const FilterOp op = is_range             ? kEnds[i]
                          : raw.method == "eq" ? FilterOp::equal
                                               : FilterOp::not_equal;
      parts.push_back(where(column, op, at->micros()));
    }
    query_.filters.push_back(all_of(std::move(parts)));
    return {};
  }

  Status by_person(const Raw& raw, std::uint16_t column) {
    if (raw.method == "empty" || raw.method == "not_empty") {
      const bool is_empty = raw.method == "empty";
      query_.filters.push_back(is_empty ? where_equal(column, CellValue{})
                                        : none_of({where_equal(column, CellValue{})}));
      return {};
    }
    bool unknown = false;
    std::vector<CellValue> people;
    for (const Json& json : raw.values) {
      const std::string* name = json.as_string();
      const services::User* user = name == nullptr ? nullptr : context_.people.user_by_name(*name);
      if (user == nullptr) {
        unknown = true;
      } else {
        people.emplace_back(user->id.value());
      }
    }
    if (is_in(raw.method, {"eq", "in"})) {
      query_.filters.push_back(where_one_of(column, std::move(people)));
      return {};
    }
    if (is_in(raw.method, {"ne", "nin"})) {
      if (unknown) return {};
      query_.filters.push_back(none_of({where_one_of(column, std::move(people))}));
      return {};
    }
    return invalid(raw.field + " has no method " + raw.method + ".");
  }

  Status by_state(const Raw& raw) {
    if (raw.method == "empty" || raw.method == "not_empty") {
      const FilterNode none = where_equal(columns::instance_id, CellValue{});
      query_.filters.push_back(raw.method == "empty" ? none : none_of({none}));
      return {};
    }
    std::vector<FilterNode> any;
    for (const Json& json : raw.values) {
      const std::string* text = json.as_string();
      const auto number = text == nullptr ? json.as_int() : parse_int(*text);
      if (!number) return invalid("flowState is a number.");
      if (auto node = where_flow_state(*number)) any.push_back(std::move(*node));
    }
    const FilterNode node = any_of(std::move(any));
    if (is_in(raw.method, {"eq", "in"})) {
      query_.filters.push_back(node);
    } else if (is_in(raw.method, {"ne", "nin"})) {
      query_.filters.push_back(none_of({node}));
    } else {
      return invalid("flowState has no method " + raw.method + ".");
    }
    return {};
  }

  const form::FormDefinition& form_;
  const ReadContext& context_;
  services::RecordQuery& query_;
};

}  // namespace

Status read_filter(const form::FormDefinition& form, const Json* filter, const ReadContext& context,
                   services::RecordQuery& query) {
  if (filter == nullptr || filter->is_null()) return {};
  Json parsed;
  if (const std::string* text = filter->as_string()) {
    if (trim(*text).empty()) return {};
    auto json = Json::parse(*text);
    if (!json) return invalid("The filter is no JSON object.");
    parsed = std::move(*json);
    filter = &parsed;
  }
  if (!filter->is_object()) return invalid("The filter is no JSON object.");
  if (const Json* rel = filter->find("rel"); rel != nullptr && !rel->is_null()) {
    const std::string* text = rel->as_string();
    if (text == nullptr || (*text != "and" && *text != "or")) return invalid("rel is and or or.");
    query.any = *text == "or";
  }
  const Json* conditions = filter->find("cond");
  if (conditions == nullptr || conditions->is_null()) return {};
  const Json::Array* array = conditions->as_array();
  if (array == nullptr) return invalid("cond is a list.");
  if (array->size() > kFilterConditionsMax) return invalid("A filter has at most 50 conditions.");
  Reader reader(form, context, query);
  for (const Json& one : *array) {
    if (!one.is_object()) return invalid("A condition is an object.");
    CINNABAR_CHECK_OK(reader.read(one));
  }
  return {};
}

}  // namespace cinnabar::jodoo
