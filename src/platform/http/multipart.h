// multipart/form-data, read piece by piece as it comes over the wire.
//
// MultipartParser only finds the borders and reads the part heads; what it finds goes to a
// MultipartSink. MultipartSpool is the sink the server uses: text parts stay in memory, file parts
// go straight to files in the spool folder with their SHA-256, and never whole into memory.
//
// Ownership: the parser borrows its sink. Thread: one at a time. Errors: every failure is an Error
// whose reason is one of those below; after one, feed nothing more.
#pragma once

#include "base/result.h"
#include "platform/http/request.h"
#include "platform/http/spool.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::http {

inline constexpr Reason kMultipartMalformed{"multipart_malformed"};
inline constexpr Reason kMultipartTruncated{"multipart_truncated"};
inline constexpr Reason kMultipartBoundaryMissing{"multipart_boundary_missing"};
inline constexpr Reason kTooManyParts{"too_many_parts"};
inline constexpr Reason kPartTextTooLarge{"part_text_too_large"};
inline constexpr Reason kFileTooLarge{"file_too_large"};

// One part's head.
struct PartHead {
  std::string name;
  std::optional<std::string> file_name;  // cleaned, see clean_file_name
  std::string media_type;
};

class MultipartSink {
 public:
  MultipartSink() = default;
  MultipartSink(const MultipartSink&) = delete;
  MultipartSink& operator=(const MultipartSink&) = delete;
  virtual ~MultipartSink() = default;
  // begin, data as often as needed, end; then the next part.
  [[nodiscard]] virtual Status part_begin(PartHead head) = 0;
  [[nodiscard]] virtual Status part_data(std::string_view data) = 0;
  [[nodiscard]] virtual Status part_end() = 0;
};

// True for multipart/form-data in any case and with any parameters.
bool is_multipart_form(std::string_view content_type);
// The boundary parameter; nullopt when absent or not 1 to 70 of the characters allowed.
std::optional<std::string> multipart_boundary(std::string_view content_type);
// The last path component of a file name a client sent, as valid UTF-8 without NUL and other
// control characters, at most 255 bytes; empty for "." and "..".
std::string clean_file_name(std::string_view raw);
// The parameters of a part's Content-Disposition: form-data. nullopt when it is none or has no
// name.
std::optional<PartHead> parse_part_disposition(std::string_view value);

class MultipartParser {
 public:
  MultipartParser(std::string_view boundary, MultipartSink& sink);

  // Errors: multipart_malformed, and whatever the sink says.
  [[nodiscard]] Status feed(std::string_view bytes);
  // Call once after the last byte. Errors: multipart_truncated when the closing border is missing.
  [[nodiscard]] Status finish() const;

  static constexpr std::size_t kPartHeadBytesMax = 8 * 1024;

 private:
  enum class State : std::uint8_t { preamble, border, head, data, epilogue };

  // Each takes what it can from the front of `input`; false means "more bytes are needed".
  Result<bool> step(std::string_view& input);
  Result<bool> step_to_border(std::string_view& input);
  Result<bool> step_border(std::string_view& input);
  Result<bool> step_head(std::string_view& input);

  const std::string delimiter_;  // CRLF, two dashes, boundary
  MultipartSink& sink_;
  State state_ = State::preamble;
  // Bytes of earlier pieces that could not be judged yet; always shorter than a part head.
  std::string pending_;
};

struct MultipartLimits {
  std::size_t parts_max = 100;
  std::uint64_t part_text_bytes_max = 4 * 1024 * 1024;
  std::uint64_t file_bytes_max = 128 * 1024 * 1024;
};

class MultipartSpool final : public MultipartSink {
 public:
  // `folder` must exist. Files get unguessable names and are readable by the owner alone.
  MultipartSpool(std::filesystem::path folder, MultipartLimits limits);
  ~MultipartSpool() override;

  Status part_begin(PartHead head) override;
  Status part_data(std::string_view data) override;
  Status part_end() override;

  // The parts completed so far.
  [[nodiscard]] std::vector<Part> take_parts() { return std::move(parts_); }
  // Of all text parts so far: what is in memory.
  [[nodiscard]] std::uint64_t text_bytes() const { return text_bytes_; }

 private:
  const std::filesystem::path folder_;
  const MultipartLimits limits_;
  std::vector<Part> parts_;
  std::uint64_t text_bytes_ = 0;
  Part current_;
  std::unique_ptr<SpoolWriter> file_;
};

}  // namespace cinnabar::http
