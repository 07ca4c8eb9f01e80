#include "outbound/curl_handle.h"

#include "base/text.h"
#include "vocab/reasons.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

namespace cinnabar::outbound {
namespace {

constexpr std::size_t kHeaderBytesMax = 64 * 1024;

std::optional<IpAddress> address_of(const curl_sockaddr& address) {
  // Declared as the short form, but there is room behind it for every family.
  const char* bytes = reinterpret_cast<const char*>(&address) + offsetof(curl_sockaddr, addr);
  if (address.family == AF_INET && address.addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in four{};
    std::memcpy(&four, bytes, sizeof four);
    return IpAddress::from_v4(ntohl(four.sin_addr.s_addr));
  }
  if (address.family == AF_INET6 && address.addrlen >= sizeof(sockaddr_in6)) {
    sockaddr_in6 six{};
    std::memcpy(&six, bytes, sizeof six);
    IpAddress out;
    std::memcpy(out.bytes.data(), &six.sin6_addr, out.bytes.size());
    return out;
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Transfer> Transfer::create(const Limits& limits, const AddressFilter* filter) {
  CURL* handle = curl_easy_init();
  if (handle == nullptr) return nullptr;
  // The constructor is private, so no make_unique.
  std::unique_ptr<Transfer> transfer(new Transfer(handle, limits, filter));
  transfer->set_up();
  return transfer;
}

Transfer::~Transfer() {
  curl_easy_cleanup(handle_);
  curl_mime_free(body_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(recipients_);
}

void Transfer::set_up() {
  set(CURLOPT_NOSIGNAL, 1L);
  if (limits_.is_stopped != nullptr) {
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(CURLOPT_XFERINFODATA, this);
  }
  set(CURLOPT_TIMEOUT_MS, limits_.timeout_ms);
  set(CURLOPT_CONNECTTIMEOUT_MS, std::min(limits_.connect_timeout_ms, limits_.timeout_ms));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  // Not even from the environment.
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_FORBID_REUSE, 1L);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
}

void Transfer::set_body(curl_mime* body) {
  body_ = body;
  set(CURLOPT_MIMEPOST, body);
}

std::size_t Transfer::on_body(char* bytes, std::size_t /*one*/, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  std::string& body = transfer.answer_.body;
  if (size > transfer.limits_.answer_bytes_max - body.size()) {
    transfer.is_too_large_ = true;
    return 0;
  }
  body.append(bytes, size);
  return size;
}

std::size_t Transfer::on_header(char* bytes, std::size_t /*one*/, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.header_bytes_ += size;
  if (transfer.header_bytes_ > kHeaderBytesMax) {
    transfer.is_too_large_ = true;
    return 0;
  }
  transfer.take_header(trim({bytes, size}));
  return size;
}

void Transfer::take_header(std::string_view line) {
  // Each answer begins with its status; those before the last one were preliminary.
  if (line.starts_with("HTTP/")) {
    answer_.headers.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  answer_.headers.push_back(
      {to_lower_ascii(trim(line.substr(0, colon))), to_valid_utf8(trim(line.substr(colon + 1)))});
}

curl_socket_t Transfer::on_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.filter_ != nullptr) {
    const auto to = address_of(*address);
    if (!to || !transfer.filter_->allows(*to)) {
      transfer.is_address_refused_ = true;
      return CURL_SOCKET_BAD;
    }
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Result<ports::ConnectorAnswer> Transfer::run() {
  set(CURLOPT_HTTPHEADER, headers_);
  if (recipients_ != nullptr) {
    set(CURLOPT_MAIL_RCPT, recipients_);
  } else {
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
  }
  if (set_up_ != CURLE_OK) return error_of(set_up_, 0);
  const CURLcode code = curl_easy_perform(handle_);
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) return error_of(code, status);
  answer_.status = static_cast<int>(status);
  return std::move(answer_);
}

int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(self)->limits_.is_stopped->load() ? 1 : 0;
}

Error Transfer::error_of(CURLcode code, long status) const {
  if (is_too_large_) {
    return make_error(Code::resource_exhausted, reasons::kConnectorAnswerTooLarge,
                      "the answer has more than " + std::to_string(limits_.answer_bytes_max) +
                          " bytes, or too many headers");
  }
  const std::string why = curl_easy_strerror(code);
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed, why);
    case CURLE_OPERATION_TIMEDOUT:
      return make_error(Code::deadline_exceeded, reasons::kConnectorTimeout,
                        "no answer within " + std::to_string(limits_.timeout_ms) + " ms");
    case CURLE_COULDNT_CONNECT:
      if (is_address_refused_) {
        return make_error(Code::permission_denied, reasons::kConnectorAddressRefused,
                          "the host is at an address that is not public; connector.allow can name "
                          "the host or its address");
      }
      break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return make_error(Code::failed_precondition, reasons::kConnectorTlsFailed, why);
    case CURLE_LOGIN_DENIED:
      return make_error(Code::permission_denied, reasons::kCredentialsWrong, why);
    default:
      break;
  }
  // SMTP: what the server refused for good.
  if (recipients_ != nullptr && status >= 500 && status <= 599) {
    return make_error(Code::failed_precondition, reasons::kMailRefused,
                      "the mail server refused with " + std::to_string(status));
  }
  return make_error(Code::unavailable, reasons::kConnectorUnreachable, why);
}

}  // namespace cinnabar::outbound
