// Conditions, titles and assigned values: a subset of FEEL (DMN 1.4), enough for approvals and
// bounded in size, depth and steps. Supported: literals (numbers, "text", true, false, null,
// lists), names and paths of the scope (a name may hold any letter, digit, '_', '-' inside a
// `quoted name`), = != < <= > >=, `in` (list or [a..b]), `between a and b`, and, or, not(...), + -
// * / on numbers,
// + on texts, if/then/else, and the functions contains, starts with, ends with, matches, upper
// case, lower case, string length, string, number, count, sum, min, max, is defined, list contains.
// Comparing different types gives null, and null in a condition counts as false. A text that looks
// like a number compares as a number with a number. `${...}` around an expression is accepted.
//
// Ownership: an Expression owns its compiled form and is cheap to copy (shared, immutable).
// Thread: any. Errors: parse gives invalid_argument with the position; eval gives
// failed_precondition (expression_failed), for example for a division by zero or too many steps.
#pragma once

#include "base/result.h"
#include "domain/expr/scope.h"
#include "domain/expr/value.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::expr {

class Program;

class Expression {
 public:
  static Result<Expression> parse(std::string_view text);

  [[nodiscard]] Result<Value> eval(const Scope& scope) const;
  // Null and false are false; anything but a boolean is expression_failed.
  [[nodiscard]] Result<bool> eval_condition(const Scope& scope) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  // The names it reads, for checks at deployment.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  Expression(std::string text, std::shared_ptr<const Program> program);
  std::string text_;
  std::shared_ptr<const Program> program_;
};

}  // namespace cinnabar::expr
