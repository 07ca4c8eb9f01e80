// Calls to the outside that service tasks make from inside the server: HTTP and e-mail. Implemented
// by outbound with libcurl.
//
// A call waits, at most for its timeout: never make it on an I/O thread or on the writer. It may
// have arrived although it failed (deadline_exceeded, unavailable), so what is called again must
// bear being called twice. Any thread.
// Errors: invalid_argument (the request), permission_denied (connector_address_refused; a server
// that refuses our password), failed_precondition (a certificate that does not hold, mail that is
// not configured or was refused for good), resource_exhausted (an answer that is too large),
// unavailable and deadline_exceeded. Trying again makes sense for the last two; see is_transient.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <variant>
#include <vector>

namespace cinnabar::ports {

struct HttpHeader {
  std::string name;
  std::string value;
  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};

struct HttpCall {
  std::string method = "GET";  // GET HEAD POST PUT PATCH DELETE OPTIONS
  std::string url;             // http or https, without user and password
  std::vector<HttpHeader> headers;
  std::string body;
  Duration timeout;  // zero: as configured; never longer than that
};

// At least one recipient, and a text or an HTML body; with both, the reader chooses.
struct MailMessage {
  std::string from;  // empty: as configured
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::string subject;
  std::string text;
  std::string html;
  Duration timeout;  // as HttpCall
};

using ConnectorRequest = std::variant<HttpCall, MailMessage>;

// Any answer is one, also a status that is no success; redirects are not followed.
struct ConnectorAnswer {
  int status = 0;                   // of HTTP, or the last one of SMTP
  std::vector<HttpHeader> headers;  // HTTP only, names in lower case
  std::string body;
};

class Connector {
 public:
  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;
  [[nodiscard]] virtual Result<ConnectorAnswer> call(const ConnectorRequest& request) = 0;
  // Calls under way end within a second or so, and later ones at once, as unavailable.
  virtual void stop() {}
};

// Whether the same call may succeed later.
inline bool is_transient(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::deadline_exceeded;
}
// The same for an answer over HTTP.
inline bool is_transient_status(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 ||
         (status >= 502 && status <= 504);
}

}  // namespace cinnabar::ports
