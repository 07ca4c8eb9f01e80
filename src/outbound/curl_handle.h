// One transfer of libcurl: its handle, what the server answered, and how failures are named. Inside
// of outbound.
//
// Ownership: a Transfer owns the handle and the lists given to it. Thread: one at a time.
#pragma once

#include "base/result.h"
#include "outbound/address_filter.h"
#include "ports/connector.h"

#include <curl/curl.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

namespace cinnabar::outbound {

class Transfer {
 public:
  struct Limits {
    std::size_t answer_bytes_max = 0;
    long timeout_ms = 0;
    long connect_timeout_ms = 0;
    const std::atomic<bool>* is_stopped = nullptr;  // looked at about once a second
  };
  // Null pointer: libcurl could not be set up. A null filter lets every address pass.
  static std::unique_ptr<Transfer> create(const Limits& limits, const AddressFilter* filter);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode code = curl_easy_setopt(handle_, option, value);
        code != CURLE_OK && set_up_ == CURLE_OK) {
      set_up_ = code;
    }
  }
  void add_header(const std::string& line) { headers_ = curl_slist_append(headers_, line.c_str()); }
  void add_recipient(const std::string& address) {
    recipients_ = curl_slist_append(recipients_, address.c_str());
  }
  [[nodiscard]] CURL* handle() const { return handle_; }
  // Owned by this from here on.
  void set_body(curl_mime* body);

  Result<ports::ConnectorAnswer> run();

 private:
  Transfer(CURL* handle, const Limits& limits, const AddressFilter* filter)
      : handle_(handle), limits_(limits), filter_(filter) {}
  void set_up();
  static std::size_t on_body(char* bytes, std::size_t one, std::size_t size, void* self);
  static std::size_t on_header(char* bytes, std::size_t one, std::size_t size, void* self);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  void take_header(std::string_view line);
  [[nodiscard]] Error error_of(CURLcode code, long status) const;

  CURL* handle_;
  Limits limits_;
  const AddressFilter* filter_;
  curl_slist* headers_ = nullptr;
  curl_slist* recipients_ = nullptr;
  curl_mime* body_ = nullptr;
  CURLcode set_up_ = CURLE_OK;
  ports::ConnectorAnswer answer_;
  std::size_t header_bytes_ = 0;
  bool is_too_large_ = false;
  bool is_address_refused_ = false;
};

}  // namespace cinnabar::outbound
