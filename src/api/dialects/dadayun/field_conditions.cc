#include "api/dialects/dadayun/field_conditions.h"

#include "api/dialects/dadayun/conditions.h"
#include "api/dialects/dadayun/ids.h"
#include "base/text.h"

#include <vector>

namespace cinnabar::dadayun {
namespace {

using form::Field;
using form::FieldType;
using services::FieldCondition;
using services::FieldOp;

class Builder {
 public:
  Builder(const FilterItem& item, const Field& field, const FieldScope& scope)
      : item_(item), field_(field), scope_(scope) {}

  Result<FilterNode> build() const {
    if (item_.op == Operator::empty) return node(FieldOp::empty);
    switch (field_.type) {
      case FieldType::text:
      case FieldType::long_text:
      case FieldType::select:
      case FieldType::address:
      case FieldType::serial:
        return text();
      case FieldType::number:
        return ordered([](std::string_view value) -> std::optional<FieldValue> {
          auto number = Decimal::parse(trim(value));
          if (!number) return std::nullopt;
          return FieldValue{std::move(*number)};
        });
      case FieldType::date:
        return ordered([this](std::string_view value) -> std::optional<FieldValue> {
          const auto period = parse_period(value, scope_.zone);
          if (!period) return std::nullopt;
          return FieldValue{CalendarDate{to_local_date(period->first, scope_.zone)}};
        });
      case FieldType::datetime:
        return time();
      case FieldType::boolean:
        return flag();
      case FieldType::multi_select:
        return choice([](std::string_view value) -> std::vector<FieldValue> {
          return {FieldValue::text(std::string(value))};
        });
      case FieldType::user:
      case FieldType::users:
        return choice([this](std::string_view value) { return people(value, false); });
      case FieldType::group:
      case FieldType::groups:
        return choice([this](std::string_view value) { return groups(value, false); });
      case FieldType::assignee:
      case FieldType::file:
      case FieldType::subtable:
      case FieldType::label:
        break;
    }
    return invalid_filter(item_.column + "不支持筛选");
  }

 private:
  Result<FilterNode> node(FieldOp op, std::vector<FieldValue> values = {}) const {
    auto made = services::record_filter(scope_.form, scope_.record_column,
                                        FieldCondition{&field_, op, std::move(values)});
    if (!made) return unfit_operator(item_);
    return made;
  }
  Result<FilterNode> node(FieldOp op, FieldValue value) const {
    return node(op, std::vector<FieldValue>{std::move(value)});
  }

  // No record keeps a text of no characters.
  Result<FilterNode> text() const {
    const auto value = [this] { return FieldValue::text(*item_.value1); };
    const bool is_blank = item_.value1 && item_.value1->empty();
    switch (item_.op) {
      case Operator::equal:
        return is_blank ? nothing() : node(FieldOp::equal, value());
      case Operator::not_equal:
        return is_blank ? everything() : node(FieldOp::not_equal, value());
      case Operator::like:
        return is_blank ? node(FieldOp::not_empty) : node(FieldOp::contains, value());
      case Operator::not_like:
        return is_blank ? node(FieldOp::empty) : node(FieldOp::not_contains, value());
      default:
        if (is_blank) {
          const bool is_above =
              item_.op == Operator::greater || item_.op == Operator::greater_equal;
          return is_above ? node(FieldOp::not_empty) : nothing();
        }
        return ordered([](std::string_view text) -> std::optional<FieldValue> {
          return FieldValue::text(std::string(text));
        });
    }
  }

  template <typename Read>
  Result<FilterNode> ordered(Read read) const {
    std::optional<FieldValue> first;
    std::optional<FieldValue> second;
    if (item_.value1 && !(first = read(*item_.value1))) return unfit_value(item_, *item_.value1);
    if (item_.op == Operator::range && item_.value2 && !(second = read(*item_.value2))) {
      return unfit_value(item_, *item_.value2);
    }
    switch (item_.op) {
      case Operator::equal:
        return node(FieldOp::equal, std::move(*first));
      case Operator::not_equal:
        return node(FieldOp::not_equal, std::move(*first));
      case Operator::greater:
        return node(FieldOp::greater, std::move(*first));
      case Operator::greater_equal:
        return node(FieldOp::greater_equal, std::move(*first));
      case Operator::less:
        return node(FieldOp::less, std::move(*first));
      case Operator::less_equal:
        return node(FieldOp::less_equal, std::move(*first));
      case Operator::range:
        break;
      default:
        return unfit_operator(item_);
    }
    if (first && second) {
      return node(FieldOp::between, std::vector<FieldValue>{std::move(*first), std::move(*second)});
    }
    if (first) return node(FieldOp::greater_equal, std::move(*first));
    if (second) return node(FieldOp::less_equal, std::move(*second));
    return all_of({});
  }

  Result<FilterNode> time() const {
    TimeColumn column;
    column.from = [this](Instant at) { return node(FieldOp::greater_equal, FieldValue{at}); };
    column.before = [this](Instant at) { return node(FieldOp::less, FieldValue{at}); };
    column.has_like = false;
    return time_condition(item_, column, scope_.zone);
  }

  Result<FilterNode> flag() const {
    if (item_.op != Operator::equal && item_.op != Operator::not_equal) {
      return unfit_operator(item_);
    }
    const auto flag = parse_flag(trim(*item_.value1));
    if (!flag) return unfit_value(item_, *item_.value1);
    return node(item_.op == Operator::equal ? FieldOp::equal : FieldOp::not_equal,
                FieldValue{*flag});
  }

  // One of few things; `like` looks in their names.
  template <typename Find>
  Result<FilterNode> choice(Find find) const {
    switch (item_.op) {
      case Operator::equal:
        return node(FieldOp::one_of, find(*item_.value1));
      case Operator::not_equal:
        return node(FieldOp::none_of, find(*item_.value1));
      case Operator::like:
      case Operator::not_like:
        break;
      default:
        return unfit_operator(item_);
    }
    const bool is_like = item_.op == Operator::like;
    if (item_.value1->empty()) return node(is_like ? FieldOp::not_empty : FieldOp::empty);
    if (field_.type == FieldType::multi_select) {
      return node(is_like ? FieldOp::contains : FieldOp::not_contains,
                  FieldValue::text(*item_.value1));
    }
    const bool is_person = field_.type == FieldType::user || field_.type == FieldType::users;
    return node(is_like ? FieldOp::one_of : FieldOp::none_of,
                is_person ? people(*item_.value1, true) : groups(*item_.value1, true));
  }

  std::vector<FieldValue> people(std::string_view value, bool is_part) const {
    std::vector<FieldValue> found;
    const auto id = from_guid(IdKind::user, value);
    for (const auto& [user, person] : scope_.people.users()) {
      const bool fits =
          is_part ? contains_fold(person.display_name, value)
                  : user.value() == id || person.display_name == value || person.name == value;
      if (fits) found.emplace_back(UserRef{user});
    }
    return found;
  }
  std::vector<FieldValue> groups(std::string_view value, bool is_part) const {
    std::vector<FieldValue> found;
    const auto id = from_guid(IdKind::position, value);
    for (const auto& [group, known] : scope_.people.groups()) {
      const bool fits = is_part ? contains_fold(known.display_name, value)
                                : group.value() == id || known.display_name == value;
      if (fits) found.emplace_back(GroupRef{group});
    }
    return found;
  }

  const FilterItem& item_;
  const Field& field_;
  const FieldScope& scope_;
};

}  // namespace

Result<FilterNode> field_condition(const FilterItem& item, const form::Field& field,
                                   const FieldScope& scope) {
  return Builder(item, field, scope).build();
}

}  // namespace cinnabar::dadayun
