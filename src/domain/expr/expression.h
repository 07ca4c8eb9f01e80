// Conditions, titles, formulas, participants and entries of decision tables: FEEL (DMN 1.4, chapter
// 10.3) with all its built-in functions, bounded in size, depth, steps and memory. What differs
// from the standard, and the few extensions, are listed in docs/reference/expressions.md; the most
// important: a text that looks like a number compares as a number with a number, people and groups
// compare with ids, a name with dots may be one name, and null in a condition counts as false.
//
// Three spellings are accepted: plain FEEL, FEEL behind a '=', and `${...}` or `#{...}`, which is
// the language of other tools with ==, !=, &&, ||, !, ? :, empty and 'text', made into the same.
//
// Ownership: an Expression owns its compiled form and is cheap to copy (shared, immutable).
// Thread: any. Errors: parse gives invalid_argument with the position, also for functions that
// there are not and for wrong numbers of arguments; eval gives failed_precondition
// (expression_failed), for example for a division by zero or too many steps.
#pragma once

#include "base/result.h"
#include "domain/expr/scope.h"
#include "domain/expr/value.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::expr {

class Program;

class Expression {
 public:
  // `known`: names of the scope that hold blanks or signs ("Applicant Data"); names of one word and
  // dotted ones need not be told.
  static Result<Expression> parse(std::string_view text, std::span<const std::string> known = {});
  // An entry of a decision table: tests on the name "?", separated by commas, `not(...)` around
  // them, or "-" for anything. eval gives true or false.
  static Result<Expression> parse_tests(std::string_view text,
                                        std::span<const std::string> known = {});

  [[nodiscard]] Result<Value> eval(const Scope& scope) const;
  // Null and false are false; anything but a boolean is expression_failed.
  [[nodiscard]] Result<bool> eval_condition(const Scope& scope) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  // The names it reads from the scope, dotted as they are written, once each; not those that may be
  // members of what a filter looks at.
  [[nodiscard]] std::vector<std::string> names() const;
  friend bool operator==(const Expression& a, const Expression& b) { return a.text_ == b.text_; }

 private:
  Expression(std::string text, std::shared_ptr<const Program> program);
  std::string text_;
  std::shared_ptr<const Program> program_;
};

}  // namespace cinnabar::expr
