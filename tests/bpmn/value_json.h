// JSON of the corpus -> values of variables, and back to text that can be compared. Pure functions.
// Bounds: nesting below kJsonDepthMax; what is deeper becomes null. Thread: any.
#pragma once

#include "base/json.h"
#include "domain/expr/value.h"

#include <string>

namespace cinnabar::corpus {

// A number that no decimal can hold becomes its text.
expr::Value value_of(const Json& json, int depth = 0);
// The members of an object, each a variable.
expr::Variables variables_of(const Json& object);
// JSON with sorted keys and canonical numbers; kinds that JSON does not have stand in angle
// brackets, so they never equal a text.
std::string text_of(const expr::Value& value, int depth = 0);

}  // namespace cinnabar::corpus
