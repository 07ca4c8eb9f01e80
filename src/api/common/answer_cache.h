// Answers of lists that many clients ask for over and over, such as what they have to do: given
// again to the same person for the same request while nothing at all was written since, so nobody
// is told anything old.
//
// Kept by a digest of the request, which may hold a credential; callers were let in before. Bounded
// in bytes. Thread: any.
#pragma once

#include "api/common/route.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cinnabar::api {

class AnswerCache {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{32} * 1024 * 1024;
  static constexpr std::size_t kAnswerBytesMax = std::size_t{512} * 1024;

  // What an answer was made from.
  struct Source {
    std::int64_t commit = 0;
    std::shared_ptr<const services::Catalog> catalog;
    std::shared_ptr<const services::People> people;
    friend bool operator==(const Source&, const Source&) = default;
  };

  std::optional<http::Response> find(const std::string& key, const Source& source);
  void keep(const std::string& key, const Source& source, const http::Response& response);

 private:
  std::mutex mutex_;  // guards all below
  Source source_;     // of all that is kept: another one ends them
  std::unordered_map<std::string, std::shared_ptr<const http::Response>> answers_;
  std::deque<std::string> oldest_first_;
  std::size_t bytes_ = 0;
};

// What `make` answers, or answered to this person for the same request after the last commit.
// `variant`: what else the answer depends on. `make` uses nothing but the request, the snapshot,
// the catalog and the people: no clock.
http::Response answer_again(const Call& call, UserId user, std::string_view variant,
                            const std::function<http::Response()>& make);

}  // namespace cinnabar::api
