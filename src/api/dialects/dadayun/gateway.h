// What every call of this door passes: who calls, and the parameters of its query.
//
// A program signs its requests with an access key and acts as the user of that key, or shows an
// access token and acts as the person who got it. Settings: dadayun.clock_window, seconds that the
// Date of a signed request may be off; dadayun.signed_path_prefixes, divided by commas, that a
// proxy took away from paths that clients had signed.
//
// Routes run on the lane `read`, so that a token is looked up in the snapshot, also where they
// answer with a write. Errors: unauthenticated.
#pragma once

#include "api/common/route.h"
#include "api/dialects/dadayun/errors.h"
#include "api/dialects/dadayun/ids.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::dadayun {

// Names in any case; an empty value is an absent one, as is a name alone. The first of a name
// counts.
class Parameters {
 public:
  // A query string or a form. invalid_argument for a broken escape.
  static Result<Parameters> read(std::string_view form);
  // Empty when absent.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return !text(name).empty(); }
  // "true", "false", "1" and "0" in any case.
  [[nodiscard]] Result<bool> flag(std::string_view name, bool fallback) const;
  // 0 to 2147483647.
  [[nodiscard]] Result<std::int64_t> count(std::string_view name, std::int64_t fallback) const;
  // By names in lower case.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const {
    return values_;
  }
  // Adds what is not there yet.
  void set_if_absent(std::string_view name, std::string value);

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// A call that passed. Shared with the write it may answer with.
struct Entry {
  api::Call call;  // `snapshot` while its handler runs
  services::CallContext context;
  Parameters query;
  std::shared_ptr<const services::Catalog> catalog;
  std::shared_ptr<const services::People> people;
};

Result<Entry> enter(const api::Call& call);

// The setting of this door; empty when it is not set.
std::string_view setting(const api::Call& call, std::string_view name);

// By the template's id, or its name where that is the only one of it. process_unknown.
Result<const services::Process*> find_template(const Entry& entry, std::string_view id_or_name);

// `Handle` reads.
template <Result<http::Response> (*Handle)(Entry&)>
api::Answer reading(const api::Call& call) {
  auto entry = enter(call);
  if (!entry) return refuse(call, entry.error());
  auto response = Handle(*entry);
  if (!response) return refuse(call, response.error());
  return std::move(response).value();
}

// `Handle` makes the write: a function of the transaction that answers after the commit.
using Write = std::function<Result<http::Response>(ports::WriteTransaction&)>;
template <Result<Write> (*Handle)(std::shared_ptr<Entry>)>
api::Answer writing(const api::Call& call) {
  auto entry = enter(call);
  if (!entry) return refuse(call, entry.error());
  auto write = Handle(std::make_shared<Entry>(std::move(entry).value()));
  if (!write) return refuse(call, write.error());
  return api::WriteStep{std::move(write).value(),
                        [call](const Error& error) { return refuse(call, error); }};
}

}  // namespace cinnabar::dadayun
