#include "api/common/answer_cache.h"

namespace cinnabar::api {
namespace {

std::string key_of(const Call& call, UserId user, std::string_view variant) {
  const http::Request& request = *call.request;
  std::string text = std::to_string(user.value());
  for (const std::string_view part :
       {variant, std::string_view(request.method), std::string_view(request.target),
        request.header("Content-Type"), request.header("Accept-Language"),
        std::string_view(request.body)}) {
    // With lengths, so that no two requests read the same.
    text += '\n';
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return call.services->crypto.sha256_hex(text);
}

}  // namespace

std::optional<http::Response> AnswerCache::find(const std::string& key, const Source& source) {
  std::shared_ptr<const http::Response> found;
  {
    const std::scoped_lock lock(mutex_);
    const auto answer = answers_.find(key);
    if (answer == answers_.end() || !(source_ == source)) return std::nullopt;
    found = answer->second;
  }
  return *found;
}

void AnswerCache::keep(const std::string& key, const Source& source,
                       const http::Response& response) {
  if (response.body.size() > kAnswerBytesMax) return;
  auto kept = std::make_shared<const http::Response>(response);
  const std::scoped_lock lock(mutex_);
  // Made from what was there before somebody else's.
  if (source.commit < source_.commit) return;
  if (!(source_ == source)) {
    source_ = source;
    answers_.clear();
    oldest_first_.clear();
    bytes_ = 0;
  }
  const std::size_t size = kept->body.size();
  if (!answers_.emplace(key, std::move(kept)).second) return;
  bytes_ += size;
  oldest_first_.push_back(key);
  while (bytes_ > kBytesMax) {
    const auto oldest = answers_.find(oldest_first_.front());
    bytes_ -= oldest->second->body.size();
    answers_.erase(oldest);
    oldest_first_.pop_front();
  }
}

http::Response answer_again(const Call& call, UserId user, std::string_view variant,
                            const std::function<http::Response()>& make) {
  const auto commit = call.snapshot == nullptr ? std::nullopt : call.snapshot->commit_number();
  // What carries files is no question that is asked over and over.
  if (call.answers == nullptr || !commit || !call.request->parts.empty()) return make();
  const AnswerCache::Source source{*commit, call.services->catalog.current(),
                                   call.services->people.current()};
  const std::string key = key_of(call, user, variant);
  if (auto known = call.answers->find(key, source)) return std::move(*known);
  http::Response made = make();
  if (made.status == 200 && !made.file) call.answers->keep(key, source, made);
  return made;
}

}  // namespace cinnabar::api
