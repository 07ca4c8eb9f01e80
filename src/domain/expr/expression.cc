#include "domain/expr/expression.h"

#include "domain/expr/functions.h"
#include "domain/expr/machine.h"
#include "domain/expr/parser.h"
#include "domain/expr/program.h"

#include <utility>

namespace cinnabar::expr {

Expression::Expression(std::string text, std::shared_ptr<const Program> program)
    : text_(std::move(text)), program_(std::move(program)) {}

Result<Expression> Expression::parse(std::string_view text, std::span<const std::string> known) {
  CINNABAR_TRY(Program program, compile(text, Form::expression, known));
  return Expression(std::string(text), std::make_shared<const Program>(std::move(program)));
}

Result<Expression> Expression::parse_tests(std::string_view text,
                                           std::span<const std::string> known) {
  CINNABAR_TRY(Program program, compile(text, Form::tests, known));
  return Expression(std::string(text), std::make_shared<const Program>(std::move(program)));
}

Result<Value> Expression::eval(const Scope& scope) const {
  return Machine(*program_, scope).run();
}

Result<bool> Expression::eval_condition(const Scope& scope) const {
  CINNABAR_TRY(const Value value, eval(scope));
  if (value.is_null()) return false;
  const auto* truth = value.get<bool>();
  if (truth == nullptr) return evaluation_error("the condition is neither true nor false");
  return *truth;
}

std::vector<std::string> Expression::names() const {
  std::vector<std::string> out;
  for (const ScopeName& name : program_->names) {
    if (name.is_read) out.push_back(name.whole);
  }
  return out;
}

}  // namespace cinnabar::expr
