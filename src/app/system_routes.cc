#include "app/system_routes.h"

#include "api/common/problem.h"
#include "base/json.h"
#include "vocab/reasons.h"

namespace cinnabar::app {
namespace {

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

std::string make_front_page(const SystemRoutes::Pages& pages) {
  std::string doors;
  for (const std::string& door : pages.doors) doors += "<li>" + door + "</li>";
  return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width\"><title>Cinnabar</title>"
         "<h1>Cinnabar</h1><p>An open server for forms, approvals and processes, version " +
         pages.version + ".</p><h2>What it speaks</h2><ul>" + doors +
         "</ul><h2>Where to go on</h2><ul>"
         "<li><a href=\"/api/openapi.json\">The calls, as OpenAPI 3.1</a></li>"
         "<li><a href=\"/readyz\">Is it ready?</a></li></ul></html>\n";
}

http::Response page(std::string_view media_type, std::string body) {
  http::Response response = http::text_response(200, media_type, std::move(body));
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

}  // namespace

SystemRoutes::SystemRoutes(ports::Store& store, MetricsRegistry& metrics, Pages pages,
                           bool metrics_for_everybody)
    : store_(store),
      metrics_(metrics),
      pages_(std::move(pages)),
      front_page_(make_front_page(pages_)),
      metrics_for_everybody_(metrics_for_everybody) {}

std::optional<http::Response> SystemRoutes::answer(const http::Request& request) {
  const std::string_view path = request.path;
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  if (path == "/healthz") return api::json_response(200, Json::object().set("status", "ok"));
  if (path == "/readyz") return ready();
  if (path == "/metrics") return metrics(request);
  if (path == "/api/openapi.json") return page("application/json", pages_.openapi);
  if (path == "/") {
    http::Response response = page("text/html; charset=utf-8", front_page_);
    response.headers.push_back({"Content-Security-Policy", "default-src 'none'"});
    return response;
  }
  return std::nullopt;
}

http::Response SystemRoutes::ready() {
  const ports::StoreHealth health = store_.health();
  const bool is_stopping = is_stopping_.load(std::memory_order_relaxed);
  const bool is_ready = health.is_writable && !is_stopping;
  return api::json_response(is_ready ? 200 : 503, Json::object()
                                                      .set("status", is_stopping ? "stopping"
                                                                     : is_ready  ? "ready"
                                                                                 : "unavailable")
                                                      .set("storage", health.description));
}

http::Response SystemRoutes::metrics(const http::Request& request) {
  if (!metrics_for_everybody_ && !is_loopback(request.remote_address)) {
    return api::problem(make_error(Code::permission_denied, reasons::kNotPermitted,
                                   "metrics are for callers on this machine; see http.metrics_for"),
                        request.request_id);
  }
  return page("text/plain; version=0.0.4; charset=utf-8", metrics_.print());
}

}  // namespace cinnabar::app
