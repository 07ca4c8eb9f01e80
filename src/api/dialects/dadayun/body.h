// The parameters of calls that do something: a JSON object, a form, or the query, names in any
// case. Pure; any thread. Errors: invalid_argument.
#pragma once

#include "api/dialects/dadayun/gateway.h"
#include "base/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::dadayun {

class Body {
 public:
  static Result<Body> read(const http::Request& request, const Parameters& query);

  // As text, numbers and flags as well; empty when absent or null.
  [[nodiscard]] Result<std::string> text(std::string_view name) const;
  [[nodiscard]] Result<bool> flag(std::string_view name, bool fallback) const;
  // An array, an object or a text that holds one; null when absent.
  [[nodiscard]] Result<Json> json(std::string_view name) const;

 private:
  [[nodiscard]] const Json* find(std::string_view name) const;
  Json json_ = Json::object();
};

// Of an object, in any case; null pointer when there is none.
const Json* find_member(const Json& object, std::string_view name);

}  // namespace cinnabar::dadayun
