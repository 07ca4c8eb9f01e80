#include "outbound/curl_connector.h"

#include "base/text.h"
#include "outbound/curl_handle.h"
#include "outbound/mail_text.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cinnabar::outbound {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

Error malformed(std::string detail, std::string subject) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::move(detail),
                    std::move(subject));
}

Error no_transfer() {
  return make_error(Code::unavailable, reasons::kConnectorUnreachable,
                    "no memory for another call");
}

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

Result<Url> parse_url(const std::string& text) {
  Url url(curl_url());
  if (url == nullptr) return no_transfer();
  if (text.size() > limits::kConnectorUrlBytesMax || text.find('\0') != std::string::npos ||
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return malformed("expected an URL with http or https", "url");
  }
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return malformed("expected an URL with http or https", "url");
  }
  if (!url_part(url.get(), CURLUPART_USER).empty() ||
      !url_part(url.get(), CURLUPART_PASSWORD).empty()) {
    return malformed("an URL does not hold a user or a password; use a header", "url");
  }
  return url;
}

bool is_token(std::string_view text) {
  static constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

// Written by the connection itself; a second one could change where a request ends or goes.
bool is_own_header(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kOwn{
      "host", "content-length", "transfer-encoding",   "connection", "keep-alive",
      "te",   "trailer",        "proxy-authorization", "upgrade",    "expect"};
  return std::ranges::any_of(
      kOwn, [name](std::string_view own) { return equals_ignore_ascii_case(name, own); });
}

Status check_header(const ports::HttpHeader& header) {
  const bool has_control = std::ranges::any_of(
      header.value, [](char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f'; });
  if (!is_token(header.name) || has_control) {
    return malformed("a header has a name or a value that would end it early", "headers");
  }
  if (is_own_header(header.name)) {
    return malformed("the header " + header.name + " is not for the caller to set", "headers");
  }
  return {};
}

bool is_method(std::string_view method) {
  static constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                            "PATCH", "DELETE", "OPTIONS"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

Status check_call(const ports::HttpCall& call) {
  if (!is_method(call.method)) {
    return malformed("expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS", "method");
  }
  if (call.headers.size() > limits::kConnectorHeadersMax) {
    return malformed("there are too many headers", "headers");
  }
  if (call.body.size() > limits::kConnectorBodyBytesMax) {
    return malformed("the body is too large", "body");
  }
  for (const ports::HttpHeader& header : call.headers) CINNABAR_CHECK_OK(check_header(header));
  return {};
}

void add_headers(Transfer& transfer, const ports::HttpCall& call) {
  bool has_type = false;
  for (const ports::HttpHeader& header : call.headers) {
    has_type = has_type || equals_ignore_ascii_case(header.name, "content-type");
    // The colon without a value would take a header away.
    transfer.add_header(header.value.empty() ? header.name + ";"
                                             : header.name + ": " + header.value);
  }
  transfer.add_header("Expect:");
  if (!has_type) transfer.add_header("Content-Type:");
}

Status check_message(const ports::MailMessage& message, const std::string& from) {
  const std::size_t recipients = message.to.size() + message.cc.size();
  if (recipients == 0 || recipients > limits::kMailRecipientsMax) {
    return malformed(fmt::format("expected 1..{} recipients", limits::kMailRecipientsMax), "to");
  }
  if (!is_mail_address(from)) return malformed("expected an address of the sender", "from");
  for (const auto* list : {&message.to, &message.cc}) {
    for (const std::string& address : *list) {
      if (!is_mail_address(address)) return malformed("this is no mail address", address);
    }
  }
  const bool has_control =
      std::ranges::any_of(message.subject, [](char c) { return (c >= '\0' && c < ' '); });
  if (has_control || message.subject.size() > limits::kMailSubjectBytesMax ||
      !is_utf8(message.subject)) {
    return malformed("a subject is one line of text, and not a long one", "subject");
  }
  if (message.text.empty() && message.html.empty()) {
    return malformed("expected a text or an HTML body", "text");
  }
  if (message.text.size() + message.html.size() > limits::kConnectorBodyBytesMax ||
      !is_utf8(message.text) || !is_utf8(message.html)) {
    return malformed("the body is too large or no UTF-8", "text");
  }
  return {};
}

void add_part(curl_mime* mime, const std::string& text, const char* type) {
  if (text.empty()) return;
  curl_mimepart* part = curl_mime_addpart(mime);
  const std::string lines = with_crlf(text);
  curl_mime_data(part, lines.data(), lines.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "base64");
}

// Text before HTML: the reader takes the last part it can show.
void set_mail_body(Transfer& transfer, const ports::MailMessage& message) {
  curl_mime* body = curl_mime_init(transfer.handle());
  transfer.set_body(body);
  curl_mime* target = body;
  if (!message.text.empty() && !message.html.empty()) {
    target = curl_mime_init(transfer.handle());
    curl_mimepart* both = curl_mime_addpart(body);
    curl_mime_subparts(both, target);
    curl_mime_type(both, "multipart/alternative");
  }
  add_part(target, message.text, "text/plain; charset=utf-8");
  add_part(target, message.html, "text/html; charset=utf-8");
}

Status check_mail_options(const ConnectorOptions& options) {
  if (options.mail_server.empty()) return {};
  const Url url(curl_url());
  const bool is_url = url != nullptr && curl_url_set(url.get(), CURLUPART_URL,
                                                     options.mail_server.c_str(), 0) == CURLUE_OK;
  const std::string scheme = is_url ? url_part(url.get(), CURLUPART_SCHEME) : std::string{};
  if (scheme != "smtp" && scheme != "smtps") {
    return malformed("expected smtp://host:port or smtps://host:port", "mail.server");
  }
  if (!url_part(url.get(), CURLUPART_PASSWORD).empty()) {
    return malformed("the password belongs into mail.password", "mail.server");
  }
  if (!options.mail_from.empty() && !is_mail_address(options.mail_from)) {
    return malformed("expected a plain mail address", "mail.from");
  }
  return {};
}

long usessl(ConnectorOptions::MailTls tls) {
  switch (tls) {
    case ConnectorOptions::MailTls::required:
      return CURLUSESSL_ALL;
    case ConnectorOptions::MailTls::if_offered:
      return CURLUSESSL_TRY;
    case ConnectorOptions::MailTls::none:
      return CURLUSESSL_NONE;
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace

Status check_options(const ConnectorOptions& options) {
  if (auto filter = AddressFilter::create(options.allowed); !filter) {
    Error error = std::move(filter).error();
    error.subject = "connector.allow";
    return error;
  }
  return check_mail_options(options);
}

Result<std::unique_ptr<CurlConnector>> CurlConnector::create(ConnectorOptions options,
                                                             ports::Clock& clock,
                                                             ports::Crypto& crypto) {
  // Counted and locked by libcurl; the process keeps it until it ends.
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return no_transfer();
  CINNABAR_CHECK_OK(check_options(options));
  CINNABAR_TRY(AddressFilter filter, AddressFilter::create(options.allowed));
  return std::unique_ptr<CurlConnector>(
      new CurlConnector(std::move(options), std::move(filter), clock, crypto));
}

CurlConnector::CurlConnector(ConnectorOptions options, AddressFilter filter, ports::Clock& clock,
                             ports::Crypto& crypto)
    : options_(std::move(options)), filter_(std::move(filter)), clock_(clock), crypto_(crypto) {}

Result<ports::ConnectorAnswer> CurlConnector::call(const ports::ConnectorRequest& request) {
  return std::visit(
      [this](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, ports::HttpCall>) {
          return call_http(one);
        } else {
          return send_mail(one);
        }
      },
      request);
}

long CurlConnector::timeout_ms(Duration wanted) const {
  const Duration timeout =
      wanted > Duration{} ? std::min(wanted, options_.timeout) : options_.timeout;
  // Zero would mean none.
  return static_cast<long>(std::max<std::int64_t>(timeout.millis(), 1));
}

Result<ports::ConnectorAnswer> CurlConnector::call_http(const ports::HttpCall& call) {
  CINNABAR_CHECK_OK(check_call(call));
  CINNABAR_TRY(const Url url, parse_url(call.url));
  const bool is_allowed = filter_.allows_host(url_part(url.get(), CURLUPART_HOST));
  const auto transfer =
      Transfer::create({.answer_bytes_max = options_.answer_bytes_max,
                        .timeout_ms = timeout_ms(call.timeout),
                        .connect_timeout_ms = static_cast<long>(options_.connect_timeout.millis()),
                        .is_stopped = &is_stopped_},
                       is_allowed ? nullptr : &filter_);
  if (transfer == nullptr) return no_transfer();
  transfer->set(CURLOPT_CURLU, url.get());
  transfer->set(CURLOPT_PROTOCOLS_STR, "http,https");
  transfer->set(CURLOPT_USERAGENT, "cinnabar");
  if (!options_.ca_file.empty()) transfer->set(CURLOPT_CAINFO, options_.ca_file.c_str());
  if (call.method == "HEAD") {
    transfer->set(CURLOPT_NOBODY, 1L);
  } else if (call.method != "GET" || !call.body.empty()) {
    transfer->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    transfer->set(CURLOPT_POSTFIELDS, call.body.data());
    transfer->set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
  }
  add_headers(*transfer, call);
  return transfer->run();
}

Result<ports::ConnectorAnswer> CurlConnector::send_mail(const ports::MailMessage& message) {
  if (options_.mail_server.empty()) {
    return make_error(Code::failed_precondition, reasons::kMailNotConfigured,
                      "there is no mail.server in the configuration");
  }
  const std::string& from = message.from.empty() ? options_.mail_from : message.from;
  CINNABAR_CHECK_OK(check_message(message, from));
  const auto transfer =
      Transfer::create({.answer_bytes_max = options_.answer_bytes_max,
                        .timeout_ms = timeout_ms(message.timeout),
                        .connect_timeout_ms = static_cast<long>(options_.connect_timeout.millis()),
                        .is_stopped = &is_stopped_},
                       nullptr);
  if (transfer == nullptr) return no_transfer();
  transfer->set(CURLOPT_URL, options_.mail_server.c_str());
  transfer->set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  transfer->set(CURLOPT_USE_SSL, usessl(options_.mail_tls));
  if (!options_.ca_file.empty()) transfer->set(CURLOPT_CAINFO, options_.ca_file.c_str());
  if (!options_.mail_user.empty()) {
    const std::string password(options_.mail_password.reveal());
    transfer->set(CURLOPT_USERNAME, options_.mail_user.c_str());
    transfer->set(CURLOPT_PASSWORD, password.c_str());
  }
  transfer->set(CURLOPT_MAIL_FROM, from.c_str());
  for (const auto* list : {&message.to, &message.cc}) {
    for (const std::string& address : *list) transfer->add_recipient(address);
  }
  const std::string_view domain = std::string_view(from).substr(from.rfind('@'));
  const std::string unique = crypto_.random_bytes(16);
  transfer->add_header(date_header(clock_.now()));
  transfer->add_header("From: " + from);
  if (!message.to.empty()) transfer->add_header(address_header("To", message.to));
  if (!message.cc.empty()) transfer->add_header(address_header("Cc", message.cc));
  transfer->add_header(subject_header(message.subject));
  transfer->add_header(fmt::format(
      "Message-ID: <{}{}>",
      to_hex({reinterpret_cast<const unsigned char*>(unique.data()), unique.size()}), domain));
  set_mail_body(*transfer, message);
  return transfer->run();
}

}  // namespace cinnabar::outbound
