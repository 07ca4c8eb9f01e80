// The Connector over libcurl: one fresh connection for each call, no proxy, cookies or redirects.
//
// Every address is checked when its socket is made, after the name was resolved, so a name that
// changes its address in between gains nothing. The mail server comes from the configuration and is
// not checked. Ownership: borrows clock and crypto. Thread: any; a call blocks its thread.
// Errors: as ports/connector.h; create() invalid_argument for the configuration.
#pragma once

#include "base/secret.h"
#include "outbound/address_filter.h"
#include "ports/clock.h"
#include "ports/connector.h"
#include "ports/crypto.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cinnabar::outbound {

struct ConnectorOptions {
  enum class MailTls : std::uint8_t { required, if_offered, none };

  std::vector<std::string> allowed;  // hosts, addresses and blocks besides the public ones
  Duration timeout = seconds(30);    // of a whole call
  Duration connect_timeout = seconds(5);
  std::size_t answer_bytes_max = std::size_t{1024} * 1024;
  std::string ca_file;      // PEM; empty: the system's
  std::string mail_server;  // "smtp://host:587" or "smtps://host:465"; empty: no mail
  std::string mail_from;
  std::string mail_user;  // empty: without signing in
  Secret mail_password;
  MailTls mail_tls = MailTls::required;  // of smtp://
};

// invalid_argument with the setting's name as the subject.
Status check_options(const ConnectorOptions& options);

class CurlConnector final : public ports::Connector {
 public:
  static Result<std::unique_ptr<CurlConnector>> create(ConnectorOptions options,
                                                       ports::Clock& clock, ports::Crypto& crypto);
  Result<ports::ConnectorAnswer> call(const ports::ConnectorRequest& request) override;
  void stop() override { is_stopped_.store(true); }

 private:
  CurlConnector(ConnectorOptions options, AddressFilter filter, ports::Clock& clock,
                ports::Crypto& crypto);
  Result<ports::ConnectorAnswer> call_http(const ports::HttpCall& call);
  Result<ports::ConnectorAnswer> send_mail(const ports::MailMessage& message);
  [[nodiscard]] long timeout_ms(Duration wanted) const;

  ConnectorOptions options_;
  AddressFilter filter_;
  ports::Clock& clock_;
  ports::Crypto& crypto_;
  std::atomic<bool> is_stopped_{false};
};

}  // namespace cinnabar::outbound
