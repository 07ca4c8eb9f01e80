// What the server says about itself: /healthz, /readyz, /metrics, /api/openapi.json and the page at
// /. Answered on the I/O thread from memory. Thread: any.
#pragma once

#include "platform/http/request.h"
#include "platform/http/response.h"
#include "platform/metrics.h"
#include "ports/store.h"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::app {

class SystemRoutes {
 public:
  struct Pages {
    std::string openapi;
    std::string version;
    std::vector<std::string> doors;
  };
  SystemRoutes(ports::Store& store, MetricsRegistry& metrics, Pages pages,
               bool metrics_for_everybody);

  // Nullopt for all other paths.
  [[nodiscard]] std::optional<http::Response> answer(const http::Request& request);
  // From now on not ready: balancers send their next requests elsewhere.
  void set_stopping() { is_stopping_.store(true, std::memory_order_relaxed); }

 private:
  [[nodiscard]] http::Response ready();
  [[nodiscard]] http::Response metrics(const http::Request& request);

  ports::Store& store_;
  MetricsRegistry& metrics_;
  Pages pages_;
  std::string front_page_;
  bool metrics_for_everybody_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace cinnabar::app
