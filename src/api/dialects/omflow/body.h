// The parameters of a call, however they came: JSON with any content type and method, urlencoded,
// or multipart. The query string is never read, so that a code never stands in a URL.
//
// Scripts send structured parameters as JSON, as JSON inside a string, as repeated keys, as
// `key[]`, as "" and, from PowerShell, as the text "System.Object[]"; all mean the same here.
// Ownership: owns the values; borrows the parts with files from the request it was read from.
#pragma once

#include "base/json.h"
#include "platform/http/request.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::omflow {

class Parameters {
 public:
  // Never fails: a body that is no JSON object and no form has no parameters.
  static Parameters read(const http::Request& request);

  // Null pointer when absent. Form values are JSON strings; repeated ones a JSON array of strings.
  [[nodiscard]] const Json* find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  // Present and neither null, false, 0, "", [] nor {}; the text "0" counts as present.
  [[nodiscard]] bool is_truthy(std::string_view name) const;
  // A string as it is, a number by its digits; the last of repeated keys; nullopt otherwise.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;

  // Absent, null, "" and "System.Object[]" are the empty list; a single value is a list of one.
  // JSON text of an array or object is read. argument_malformed (subject = name) when it is broken.
  [[nodiscard]] Result<Json::Array> list(std::string_view name) const;
  // An object, or JSON text of one; absent, null and "" are the empty object.
  [[nodiscard]] Result<Json::Object> object(std::string_view name) const;

  // Parts with a file, in order, without the empty ones that browsers send for unused inputs.
  [[nodiscard]] const std::vector<const http::Part*>& files() const { return files_; }

 private:
  void add_form_value(std::string name, std::string value);
  void read_urlencoded(std::string_view body);

  std::map<std::string, Json, std::less<>> values_;
  std::vector<const http::Part*> files_;
};

// What Python calls false: null, false, 0, "", [] and {}.
bool is_falsy(const Json& value);

// A whole number: 16, "16", " 16 ", 16.0; nullopt for anything else.
std::optional<std::int64_t> whole_number(const Json& value);

}  // namespace cinnabar::omflow
