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
    const auto entry = entries_.find(key);
    if (entry == entries_.end() || !(entry->second.source == source)) return std::nullopt;
    found = entry->second.response;
  }
  return *found;
}

void AnswerCache::keep(const std::string& key, const Source& source,
                       const http::Response& response) {
  if (response.body.size() > kAnswerBytesMax) return;
  auto kept = std::make_shared<const http::Response>(response);
  const std::scoped_lock lock(mutex_);
  drop(key);
  bytes_ += kept->body.size();
  entries_.emplace(key, Entry{source, std::move(kept)});
  oldest_first_.push_back(key);
  while (bytes_ > kBytesMax) drop(std::string(oldest_first_.front()));
}

void AnswerCache::drop(const std::string& key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  bytes_ -= entry->second.response->body.size();
  entries_.erase(entry);
  std::erase(oldest_first_, key);
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
