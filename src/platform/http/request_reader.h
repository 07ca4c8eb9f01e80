// Turns the bytes of one connection into requests, one after the other, within the limits. Keeps
// the parser of the HTTP library out of sight; knows nothing of sockets and time.
//
// Ownership: borrows the limits. Thread: one at a time.
#pragma once

#include "platform/http/body_budget.h"
#include "platform/http/server.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace cinnabar::http {

// Why a request is answered by the server itself; the connection ends after it.
struct Refusal {
  int status = 400;
  std::string_view cause;  // a literal
};

class RequestReader {
 public:
  enum class Phase : std::uint8_t { idle, head, body, done, refused };

  RequestReader(const ServerLimits& limits, const std::filesystem::path& spool_dir,
                std::shared_ptr<BodyBudget> budget);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  ~RequestReader();

  // Takes bytes of the current request from the front of `input` and answers how many; what is left
  // must be offered again with more behind it. Call only while idle, head or body.
  std::size_t feed(std::string_view input);
  [[nodiscard]] Phase phase() const;

  // True once after a head that asks for "100 Continue" and whose body is still to come.
  [[nodiscard]] bool take_continue();
  // Of the head read last.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http10() const;

  // When done; the reader is idle afterwards.
  [[nodiscard]] std::shared_ptr<Request> take();
  // When refused; the request is as far as it was read.
  [[nodiscard]] Refusal refusal() const;
  [[nodiscard]] const Request& partial() const;

 private:
  class Parser;
  const ServerLimits& limits_;
  const std::filesystem::path& spool_dir_;
  const std::shared_ptr<BodyBudget> budget_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace cinnabar::http
