// How this door answers: HTTP 200 always, an object with status, message and result, non-ASCII
// escaped. Two kinds of clients want different types in it; that is the door's setting.
//
// Thread: values and pure functions.
#pragma once

#include "api/common/route.h"
#include "api/dialects/omflow/messages.h"
#include "base/json.h"

#include <string>
#include <string_view>

namespace cinnabar::omflow {

struct OmflowOptions {
  // document: as the product's documents show it. integer: as its public server answers.
  enum class StatusType : std::uint8_t { document, integer };
  // source: a wrong password is 403. document: it is 404 with the documents' text.
  enum class LoginFailure : std::uint8_t { source, document };
  StatusType status_type = StatusType::document;
  LoginFailure login_failure = LoginFailure::source;
};
OmflowOptions read_options(const api::DoorSettings* settings);

// What the documents show for an endpoint.
enum class Shape : std::uint8_t {
  ticket,  // create, query, push: status is text; a failure is status and message alone
  list,    // status is a number; the result of a failure is an empty list
  plain,   // status is a number; the result of a failure is null
};

// The body's status for a code: 403, 404 or 500.
int status_of(Code code);

// What a call was about, for the words before the reason.
enum class Verb : std::uint8_t { create, push, query, other };

// The failure words of the verb and the reason; reasons that say it all stand alone.
std::string describe(const Error& error, Verb verb, Language language);

// How the real server prints JSON: no character beyond ASCII, a space behind each separator.
inline constexpr JsonStyle kWireStyle{.ascii = true, .spaced = true};

// The answers of one call.
class Voice {
 public:
  Voice(OmflowOptions options, Language language) : options_(options), language_(language) {}

  [[nodiscard]] OmflowOptions options() const { return options_; }
  [[nodiscard]] Language language() const { return language_; }

  [[nodiscard]] http::Response success(Shape shape, Text message, Json result) const;
  // Shape::list with a result that is printed already, in kWireStyle.
  [[nodiscard]] http::Response success_list(Text message, std::string_view printed) const;
  [[nodiscard]] http::Response failure(Shape shape, int status, std::string message,
                                       Json result = {}) const;
  [[nodiscard]] http::Response failure(Shape shape, int status, Text message) const;
  [[nodiscard]] http::Response refuse(Shape shape, Verb verb, const Error& error) const;
  // A parameter that must be there is absent, or empty.
  [[nodiscard]] http::Response missing(Shape shape, std::string_view parameter) const;
  [[nodiscard]] http::Response empty(Shape shape, std::string_view parameter) const;

 private:
  [[nodiscard]] http::Response check_failed(Shape shape, std::string_view kind,
                                            std::string_view parameter, Text message) const;

  OmflowOptions options_;
  Language language_;
};

// `result` as it stands, an integer status: the gateway and the security code.
http::Response answer(int status, std::string_view message, Json result);

}  // namespace cinnabar::omflow
