// A closed-loop HTTP load generator: every connection sends its next request when its answer has
// come. One thread, epoll, keep-alive, addresses on this machine only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::load {

struct LoadResult {
  std::int64_t requests = 0;
  std::int64_t failures = 0;  // wrong HTTP status, or refused by `accept`
  double seconds = 0;
  std::vector<std::int64_t> latencies_us;  // one per request
  std::string first_failure;
  [[nodiscard]] double rate() const {
    return seconds > 0 ? static_cast<double>(requests) / seconds : 0;
  }
  // `share` in 0..1; milliseconds.
  [[nodiscard]] double percentile_ms(double share);
};

struct LoadPlan {
  std::uint16_t port = 0;
  int connections = 1;
  double seconds = 5;              // stop starting requests after that long
  std::int64_t requests_max = -1;  // -1: no limit
  // Fills in the whole request; false when there is no more work.
  std::function<bool(std::string& request)> next;
  // Looks at a 200 answer's body; false counts as a failure.
  std::function<bool(std::string_view body)> accept;
};

LoadResult run_load(const LoadPlan& plan);

// One request, for set-up; exits with a message when the server cannot be reached.
std::string call(std::uint16_t port, const std::string& request);

// OMFLOW's security code for base64 of "name:password"; exits with a message when there is none.
std::string security_code(std::uint16_t port, std::string_view basic);

std::string post(std::string_view path, std::string_view content_type, std::string_view body);

}  // namespace cinnabar::load
