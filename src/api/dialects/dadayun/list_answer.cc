#include "api/dialects/dadayun/list_answer.h"

#include <utility>

namespace cinnabar::dadayun {
namespace {

constexpr std::int64_t kPageRows = 20;

}  // namespace

Result<PageRequest> read_page(const Parameters& query) {
  PageRequest page;
  CINNABAR_TRY(page.start, query.count("start", 0));
  CINNABAR_TRY(page.limit, query.count("limit", kPageRows));
  CINNABAR_TRY(page.wants_total, query.flag("count", false));
  return page;
}

Status ListAnswer::add(const Json& row) {
  std::string text = std::exchange(is_empty_, false) ? "[" : ",";
  print_to(text, row);
  return body_.append(text);
}

Result<http::Response> ListAnswer::finish(std::optional<std::int64_t> total) {
  CINNABAR_CHECK_OK(body_.append(is_empty_ ? "[]" : "]"));
  CINNABAR_TRY(http::Response response, body_.finish(200, "application/json; charset=utf-8"));
  response.headers.push_back({"Cache-Control", "no-store"});
  if (total) response.headers.push_back({"Total-Count", std::to_string(*total)});
  return with_request_id(call_, std::move(response));
}

}  // namespace cinnabar::dadayun
