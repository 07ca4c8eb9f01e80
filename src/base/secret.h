// Text that must never be printed, logged or compared in a way that leaks timing. There is no
// formatter and no stream operator; `reveal` is the one way out and easy to search for.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace cinnabar {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool is_empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace cinnabar
