#include "services/record_filter.h"

#include "ports/schema.h"
#include "services/record_index.h"
#include "services/rows.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::record_index;

Error invalid(const form::Field& field, std::string detail) {
  return make_error(Code::invalid_argument, reasons::kFilterInvalid, std::move(detail), field.id);
}

std::vector<FilterNode> in_field(FormId form, const form::Field& field) {
  return {where_equal(columns::form_id, cell(form)), where_equal(columns::field, cell(field.id))};
}

FilterNode related(std::uint16_t record_column, std::vector<FilterNode> parts) {
  return FilterNode{
      RelatedTo{record_column, columns::kTable.name, columns::record_id, std::move(parts)}};
}

bool is_list(form::FieldType type) {
  return type == form::FieldType::multi_select || type == form::FieldType::users ||
         type == form::FieldType::groups || type == form::FieldType::file;
}

// Equality is exact: of numbers, by their canonical text.
Result<FilterNode> equals(const form::Field& field, const FieldValue& value) {
  const IndexKey key = index_key(value);
  if (key.text) return where_equal(columns::text_key, cell(*key.text));
  if (key.number && is_indexed_by_number(field.type)) {
    return where_equal(columns::num_key, cell(*key.number));
  }
  return invalid(field, "the value cannot be compared with this field");
}

Result<FilterNode> one_of(const form::Field& field, const std::vector<FieldValue>& values) {
  std::vector<CellValue> texts;
  std::vector<CellValue> numbers;
  for (const FieldValue& value : values) {
    const IndexKey key = index_key(value);
    if (key.text) {
      texts.push_back(cell(*key.text));
    } else if (key.number) {
      numbers.push_back(cell(*key.number));
    } else {
      return invalid(field, "the value cannot be compared with this field");
    }
  }
  FilterNode by_text{Condition{columns::text_key, FilterOp::one_of, std::move(texts)}};
  FilterNode by_number{Condition{columns::num_key, FilterOp::one_of, std::move(numbers)}};
  if (std::get<Condition>(by_number.node).values.empty()) return by_text;
  if (std::get<Condition>(by_text.node).values.empty()) return by_number;
  return any_of({std::move(by_text), std::move(by_number)});
}

Result<FilterNode> ordered(const form::Field& field, FilterOp op, const FieldValue& value) {
  if (is_list(field.type) || field.type == form::FieldType::subtable) {
    return invalid(field, "a list has no order");
  }
  const IndexKey key = index_key(value);
  if (is_indexed_by_number(field.type)) {
    if (!key.number) return invalid(field, "the value cannot be compared with this field");
    return where(columns::num_key, op, cell(*key.number));
  }
  if (!key.text) return invalid(field, "the value cannot be compared with this field");
  return where(columns::text_key, op, cell(*key.text));
}

Result<FilterNode> contains(const form::Field& field, const FieldValue& value) {
  const auto* text = value.get<std::string>();
  if (text == nullptr || is_indexed_by_number(field.type)) {
    return invalid(field, "only texts can be searched");
  }
  return where(columns::text_key, FilterOp::contains, cell(*text));
}

Result<FilterNode> between(const form::Field& field, const std::vector<FieldValue>& ends) {
  if (ends.size() != 2) return invalid(field, "the operator takes two values");
  CINNABAR_TRY(FilterNode low, ordered(field, FilterOp::greater_equal, ends.front()));
  CINNABAR_TRY(FilterNode high, ordered(field, FilterOp::less_equal, ends.back()));
  return all_of({std::move(low), std::move(high)});
}

struct Part {
  FilterNode node;
  bool negated = false;
};

Result<Part> part_of(const FieldCondition& condition) {
  const form::Field& field = *condition.field;
  const auto plain = [](Result<FilterNode> node) -> Result<Part> {
    CINNABAR_TRY(FilterNode made, std::move(node));
    return Part{std::move(made), false};
  };
  const auto negated = [](Result<FilterNode> node) -> Result<Part> {
    CINNABAR_TRY(FilterNode made, std::move(node));
    return Part{std::move(made), true};
  };
  const bool takes_one = condition.op != FieldOp::one_of && condition.op != FieldOp::none_of &&
                         condition.op != FieldOp::all_of && condition.op != FieldOp::between &&
                         condition.op != FieldOp::empty && condition.op != FieldOp::not_empty;
  if (takes_one && condition.values.size() != 1) {
    return invalid(field, "the operator takes exactly one value");
  }
  switch (condition.op) {
    case FieldOp::equal:
      return plain(equals(field, condition.values.front()));
    case FieldOp::not_equal:
      return negated(equals(field, condition.values.front()));
    case FieldOp::one_of:
      return plain(one_of(field, condition.values));
    case FieldOp::none_of:
      return negated(one_of(field, condition.values));
    case FieldOp::less:
      return plain(ordered(field, FilterOp::less, condition.values.front()));
    case FieldOp::less_equal:
      return plain(ordered(field, FilterOp::less_equal, condition.values.front()));
    case FieldOp::greater:
      return plain(ordered(field, FilterOp::greater, condition.values.front()));
    case FieldOp::greater_equal:
      return plain(ordered(field, FilterOp::greater_equal, condition.values.front()));
    case FieldOp::between:
      return plain(between(field, condition.values));
    case FieldOp::contains:
      return plain(contains(field, condition.values.front()));
    case FieldOp::not_contains:
      return negated(contains(field, condition.values.front()));
    case FieldOp::empty:
      return Part{all_of({}), true};
    case FieldOp::not_empty:
      return Part{all_of({}), false};
    case FieldOp::all_of:
      break;
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace

Result<FilterNode> record_filter(FormId form, std::uint16_t record_column,
                                 const FieldCondition& condition) {
  const form::Field& field = *condition.field;
  if (field.type == form::FieldType::subtable || field.type == form::FieldType::label) {
    return invalid(field, "lists are not filtered by this kind of field");
  }
  if (condition.op == FieldOp::all_of) {
    std::vector<FilterNode> all;
    for (const FieldValue& value : condition.values) {
      std::vector<FilterNode> parts = in_field(form, field);
      CINNABAR_TRY(FilterNode equal, equals(field, value));
      parts.push_back(std::move(equal));
      all.push_back(related(record_column, std::move(parts)));
    }
    return all_of(std::move(all));
  }
  CINNABAR_TRY(Part part, part_of(condition));
  std::vector<FilterNode> parts = in_field(form, field);
  parts.push_back(std::move(part.node));
  FilterNode node = related(record_column, std::move(parts));
  if (!part.negated) return node;
  return none_of({std::move(node)});
}

FilterNode where_instance_state(const std::vector<InstanceState>& states,
                                std::optional<bool> rejected) {
  namespace instances = ports::schema::process_instance;
  std::vector<CellValue> values;
  for (const InstanceState state : states) values.push_back(cell(state));
  std::vector<FilterNode> parts{where_one_of(instances::status, std::move(values))};
  if (rejected) parts.push_back(where_equal(instances::rejected, cell(*rejected)));
  return FilterNode{RelatedTo{record_columns::instance_id, instances::kTable.name, instances::id,
                              std::move(parts)}};
}

FilterNode where_user_name(std::uint16_t column, FilterOp op, std::string value) {
  namespace accounts = ports::schema::user_account;
  return FilterNode{RelatedTo{column,
                              accounts::kTable.name,
                              accounts::id,
                              {where(accounts::display_name, op, cell(std::move(value)))}}};
}

std::optional<std::vector<FilterNode>> index_range(FormId form, const FieldCondition& condition) {
  if (condition.op != FieldOp::equal || condition.values.size() != 1) return std::nullopt;
  auto equal = equals(*condition.field, condition.values.front());
  if (!equal) return std::nullopt;
  std::vector<FilterNode> parts = in_field(form, *condition.field);
  parts.push_back(std::move(*equal));
  return parts;
}

std::optional<FilterNode> entry_values(const FieldCondition& condition) {
  const bool is_met_by_a_value =
      condition.op == FieldOp::equal || condition.op == FieldOp::one_of ||
      condition.op == FieldOp::less || condition.op == FieldOp::less_equal ||
      condition.op == FieldOp::greater || condition.op == FieldOp::greater_equal ||
      condition.op == FieldOp::between;
  if (!is_met_by_a_value) return std::nullopt;
  auto part = part_of(condition);
  if (!part) return std::nullopt;
  return std::move(part->node);
}

}  // namespace cinnabar::services
