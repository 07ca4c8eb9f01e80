// The page that a list is asked for, and its answer: a bare array of any length, with the total in
// a header of that exact spelling. One thread; see api/common/large_body.h for errors.
#pragma once

#include "api/common/large_body.h"
#include "api/dialects/dadayun/gateway.h"
#include "base/json.h"

#include <optional>

namespace cinnabar::dadayun {

struct PageRequest {
  std::int64_t start = 0;
  std::int64_t limit = 0;  // twenty when nothing is said
  bool wants_total = false;
  // Also where no row is wanted, so that a list that the caller may not see is refused.
  [[nodiscard]] bool needs_count() const { return wants_total || limit == 0; }
};
// start, limit and count. Errors: invalid_argument.
Result<PageRequest> read_page(const Parameters& query);

class ListAnswer {
 public:
  explicit ListAnswer(const api::Call& call) : call_(call), body_(call.spool_folder) {}

  Status add(const Json& row);
  // `total`: nullopt when nobody asked.
  Result<http::Response> finish(std::optional<std::int64_t> total);

 private:
  const api::Call& call_;
  api::LargeBody body_;
  bool is_empty_ = true;
};

}  // namespace cinnabar::dadayun
