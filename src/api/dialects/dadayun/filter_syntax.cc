#include "api/dialects/dadayun/filter_syntax.h"

#include "api/dialects/dadayun/errors.h"
#include "base/json.h"
#include "base/text.h"

#include <array>
#include <utility>

namespace cinnabar::dadayun {
namespace {

constexpr std::array<std::pair<std::string_view, Operator>, 10> kOperators{{
    {"=", Operator::equal},
    {"<>", Operator::not_equal},
    {"like", Operator::like},
    {"not like", Operator::not_like},
    {">", Operator::greater},
    {">=", Operator::greater_equal},
    {"<", Operator::less},
    {"<=", Operator::less_equal},
    {"range", Operator::range},
    {"empty", Operator::empty},
}};

std::optional<Operator> parse_operator(std::string_view text) {
  std::string plain;
  for (const char c : to_lower_ascii(trim(text))) {
    const bool is_space = c == ' ' || c == '\t';
    if (is_space && plain.ends_with(' ')) continue;
    plain += is_space ? ' ' : c;
  }
  for (const auto& [name, op] : kOperators) {
    if (name == plain) return op;
  }
  return std::nullopt;
}

const Json* find_member(const Json& object, std::string_view name) {
  for (const auto& [key, value] : *object.as_object()) {
    if (equals_ignore_ascii_case(key, name)) return &value;
  }
  return nullptr;
}

// Absent and null alike: nothing.
Result<std::optional<std::string>> read_value(const Json& object, std::string_view name) {
  const Json* value = find_member(object, name);
  if (value == nullptr || value->is_null()) return std::optional<std::string>{};
  if (const std::string* text = value->as_string()) return std::optional{*text};
  if (const Json::Number* number = value->as_number()) return std::optional{number->digits};
  if (const bool* flag = value->as_bool())
    return std::optional<std::string>{*flag ? "true" : "false"};
  return invalid_filter(std::string(name) + "必须是字符串");
}

Result<FilterItem> read_item(const Json& json) {
  if (!json.is_object()) return invalid_filter("每个条件必须是对象");
  FilterItem item;
  CINNABAR_TRY(const auto column, read_value(json, "Id"));
  if (!column || trim(*column).empty()) return invalid_filter("缺少Id");
  item.column = std::string(trim(*column));
  CINNABAR_TRY(const auto op, read_value(json, "Operator"));
  if (!op || trim(*op).empty()) return invalid_filter("缺少Operator");
  const auto known = parse_operator(*op);
  if (!known) return invalid_filter("未知运算符 " + *op);
  item.op = *known;
  CINNABAR_TRY(item.value1, read_value(json, "Value1"));
  CINNABAR_TRY(item.value2, read_value(json, "Value2"));
  if (item.op == Operator::empty) return item;
  if (item.op != Operator::range) {
    if (!item.value1) return invalid_filter(item.column + "缺少Value1");
    return item;
  }
  // An empty end of a range is an open one.
  if (item.value1 && item.value1->empty()) item.value1.reset();
  if (item.value2 && item.value2->empty()) item.value2.reset();
  if (!item.value1 && !item.value2) return invalid_filter(item.column + "缺少Value1");
  return item;
}

}  // namespace

Error invalid_filter(std::string_view message) {
  return invalid("filter", to_valid_utf8(message));
}

Error unfit_operator(const FilterItem& item) {
  return invalid_filter(item.column + "不支持该运算符");
}
Error unfit_value(const FilterItem& item, std::string_view value) {
  return invalid_filter(item.column + "的值无效 " + std::string(value));
}

Result<Filter> parse_filter(std::string_view text) {
  Filter filter;
  if (text.size() > kFilterBytesMax) return invalid_filter("长度不能超过16384字节");
  const std::string_view plain = trim(text);
  if (plain.empty()) return filter;
  if (plain.front() != '[' && plain.front() != '{') {
    filter.keyword = std::string(plain);
    return filter;
  }
  const auto json = Json::parse(plain);
  if (!json) return invalid_filter("不是有效的JSON");
  if (json->is_object()) {
    CINNABAR_TRY(FilterItem item, read_item(*json));
    filter.items.push_back(std::move(item));
    return filter;
  }
  if (json->as_array()->size() > kConditionsMax) return invalid_filter("条件不能超过50个");
  for (const Json& element : *json->as_array()) {
    CINNABAR_TRY(FilterItem item, read_item(element));
    filter.items.push_back(std::move(item));
  }
  return filter;
}

}  // namespace cinnabar::dadayun
