// A scope with values of every kind, and results as text, for the tests of the language.
#pragma once

#include "domain/expr/expression.h"
#include "domain/expr/text.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cinnabar::expr::testing {

class Values final : public Scope {
 public:
  Values() {
    put("a", FieldValue{Decimal{7}});
    put("t", FieldValue::text("approved"));
    put("n", FieldValue::text("100"));
    put("yes", FieldValue{true});
    put("day", FieldValue{CalendarDate{"2024-02-29"}});
    put("at", FieldValue{Instant{1'700'000'000'000'000}});
    put("me", FieldValue{UserRef{UserId{5}}});
    put("who", FieldValue{AssigneeRef{GroupId{3}, UserId{5}}});
    put("list", FieldValue{FieldValue::List{FieldValue::text("x"), FieldValue::text("y")}});
    put("one", FieldValue{FieldValue::List{FieldValue::text("x")}});
    put("$status", FieldValue::text("open"));
    put("form.amount", FieldValue{Decimal{3}});
    put("cost-center", FieldValue::text("K1"));
    put("Applicant Data", FieldValue{Decimal{9}});
    put("?", FieldValue{Decimal{5}});
    FieldValue::Table rows(2);
    rows[0].emplace("price", FieldValue{Decimal{10}});
    rows[0].emplace("item name", FieldValue::text("pen"));
    rows[1].emplace("price", FieldValue{*Decimal::parse("2.5")});
    put("table", FieldValue{rows});
    put("long", FieldValue::text(std::string(200 * 1024, 'x')));
    Value::Context inner;
    inner.emplace_back("b", Value{std::int64_t{2}});
    Value::Context outer;
    outer.emplace_back("order", Value{std::move(inner)});
    outer.emplace_back("Monthly Income", Value{std::int64_t{4}});
    values_.emplace("data", Value{std::move(outer)});
  }
  [[nodiscard]] std::optional<Value> find(std::string_view name) const override {
    const auto it = values_.find(name);
    return it == values_.end() ? std::nullopt : std::optional<Value>{it->second};
  }
  [[nodiscard]] std::optional<Instant> now() const override {
    return Instant{1'700'000'000'000'000};
  }

 private:
  void put(const std::string& name, const FieldValue& value) {
    values_.emplace(name, from_field(value));
  }
  Variables values_;
};

inline std::string show(const Result<Expression>& expression) {
  if (!expression) return "syntax: " + expression.error().detail;
  static const Values kValues;
  const auto value = expression->eval(kValues);
  return value ? to_text(*value) : "failed: " + value.error().detail;
}

inline std::string eval(std::string_view text) {
  return show(Expression::parse(text));
}

}  // namespace cinnabar::expr::testing
