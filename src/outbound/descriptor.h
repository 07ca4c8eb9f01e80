// Owns one file descriptor and closes it. Thread: one at a time.
#pragma once

#include <unistd.h>

namespace cinnabar::outbound {

class Descriptor {
 public:
  // Takes what open() gave; a negative value owns nothing.
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

}  // namespace cinnabar::outbound
