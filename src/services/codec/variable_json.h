// Values of variables as JSON of the APIs and back. Texts, booleans, lists and null are themselves;
// numbers keep their exact digits; contexts are objects. What JSON has no word for is an object
// with one member whose name begins with '$':
//   {"$date":"2026-01-31"}   {"$time":"10:00:00+08:00"}   {"$date_time":"2026-01-31T10:00:00Z"}
//   {"$duration":"P1DT2H"} (days and time)   {"$months":"P1Y2M"} (years and months)
//   {"$user":7}   {"$group":3}   {"$assignee":[3,7]} (group, user)   {"$file":[9,"plan.pdf"]}
//   {"$range":[1,10,true,false]} (low, high, low included, high included)
//   {"$context":{...}} for a context that looks like one of these.
//
// Pure; any thread. Errors: invalid_argument (argument_malformed) with the path of what is wrong.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "domain/expr/value.h"

namespace cinnabar::services::codec {

// Deeper than 64, a part is null: documents end there.
Json variable_json(const expr::Value& value);
Json variables_json(const expr::Variables& variables);

Result<expr::Value> read_variable(const Json& json);
// An object; its members are the variables.
Result<expr::Variables> read_variables(const Json& json);

}  // namespace cinnabar::services::codec
