// Arithmetic and properties of values. Inside of the expression module. Thread: any; pure.
#pragma once

#include "base/result.h"
#include "domain/expr/program.h"
#include "domain/expr/value.h"

#include <optional>
#include <string_view>

namespace cinnabar::expr {

// Null where the operator has no meaning for the two. Errors: expression_failed for a division by
// zero, a number out of range and a text that is too long.
Result<Value> calculate(Arithmetic op, const Value& a, const Value& b);
Result<Value> raise(const Value& base, const Value& exponent);
Result<Value> negated(const Value& value);
// The entry of a context, or a part of a date, time, duration or range; nullopt: there is none.
std::optional<Value> property(const Value& value, std::string_view name);
bool is_instance(const Value& value, const Type& type, std::int32_t depth = 0);

}  // namespace cinnabar::expr
