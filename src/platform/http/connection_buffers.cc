#include "platform/http/connection.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cinnabar::http {
namespace {

// Bodies up to here are copied behind their head; a second piece would cost more than the copy.
constexpr std::size_t kCopiedBodyMax = 8 * 1024;
constexpr std::uint64_t kFilePiece = 128 * 1024;
constexpr std::size_t kBuffersMax = 32;

}  // namespace

void InputBuffer::consume(std::size_t n) {
  begin_ += n;
  if (begin_ == end_) begin_ = end_ = 0;
}

std::span<char> InputBuffer::prepare(bool is_bulk) {
  const std::size_t used = end_ - begin_;
  const std::size_t wanted =
      is_bulk ? capacity_max_ : std::clamp(used * 2, kCapacityMin, capacity_max_);
  if (wanted > capacity_) {
    auto grown = std::make_unique_for_overwrite<char[]>(wanted);
    if (used > 0) std::memcpy(grown.get(), block_.get() + begin_, used);
    block_ = std::move(grown);
    capacity_ = wanted;
    begin_ = 0;
    end_ = used;
  } else if (begin_ > 0 && capacity_ - end_ < capacity_ / 4) {
    std::memmove(block_.get(), block_.get() + begin_, used);
    begin_ = 0;
    end_ = used;
  }
  return {block_.get() + end_, capacity_ - end_};
}

void InputBuffer::shrink() {
  if (capacity_ <= kCapacityMin || !is_empty()) return;
  block_.reset();
  capacity_ = 0;
}

OutputQueue::~OutputQueue() {
  if (file_ >= 0) ::close(file_);
}

std::string& OutputQueue::open_tail() {
  is_sealed_ = false;
  return texts_.emplace_back(std::exchange(spare_, {}));
}

void OutputQueue::append_body(std::string body) {
  bytes_ += body.size();
  if (body.empty()) return;
  if (body.size() <= kCopiedBodyMax) {
    tail() += body;
    return;
  }
  texts_.push_back(std::move(body));
  is_sealed_ = true;
}

void OutputQueue::append_file(int fd, std::uint64_t offset, std::uint64_t size) {
  file_ = fd;
  file_offset_ = offset;
  file_left_ = size;
}

bool OutputQueue::gather(std::vector<asio::const_buffer>& buffers) {
  if (texts_.empty() && file_ >= 0) {
    std::string piece(static_cast<std::size_t>(std::min(file_left_, kFilePiece)), '\0');
    ssize_t got = -1;
    do {
      got = ::pread(file_, piece.data(), piece.size(), static_cast<off_t>(file_offset_));
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return false;
    piece.resize(static_cast<std::size_t>(got));
    file_offset_ += piece.size();
    file_left_ -= piece.size();
    texts_.push_back(std::move(piece));
    is_sealed_ = true;
    if (file_left_ == 0) {
      ::close(file_);
      file_ = -1;
    }
  }
  buffers.clear();
  std::size_t offset = offset_;
  for (const std::string& text : texts_) {
    if (buffers.size() == kBuffersMax) break;
    buffers.emplace_back(text.data() + offset, text.size() - offset);
    offset = 0;
  }
  return true;
}

void OutputQueue::consume(std::size_t n) {
  while (n > 0 || (!texts_.empty() && texts_.front().size() == offset_)) {
    const std::size_t left = texts_.front().size() - offset_;
    if (n < left) {
      offset_ += n;
      return;
    }
    n -= left;
    offset_ = 0;
    // Keeps the last text's memory for the next answer.
    if (texts_.size() == 1 && !is_sealed_ && file_ < 0 && texts_.front().capacity() <= 16 * 1024) {
      spare_ = std::move(texts_.front());
      spare_.clear();
    }
    texts_.pop_front();
  }
  if (texts_.empty()) {
    is_sealed_ = false;
    bytes_ = 0;
  }
}

}  // namespace cinnabar::http
