// One HTTP request as the handlers see it: parsed, complete, bounded.
//
// Ownership: a Request owns all its text; uploaded files are shared handles to files in the spool
// folder, deleted with the last handle unless taken. Thread: built on an I/O thread, then handed
// over; it is not synchronised. Times are steady microseconds, good for differences only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::http {

struct Header {
  std::string name;
  std::string value;
};

// A file in the spool folder that this object owns: the destructor deletes it, `take` gives it
// away.
class SpooledFile {
 public:
  SpooledFile(std::filesystem::path path, std::uint64_t size, std::string sha256_hex)
      : path_(std::move(path)), size_(size), sha256_hex_(std::move(sha256_hex)) {}
  SpooledFile(SpooledFile&& other) noexcept;
  SpooledFile& operator=(SpooledFile&& other) noexcept;
  SpooledFile(const SpooledFile&) = delete;
  SpooledFile& operator=(const SpooledFile&) = delete;
  ~SpooledFile();

  // Empty once taken.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& sha256_hex() const { return sha256_hex_; }

  // The caller owns the file from here on, and moves or deletes it.
  [[nodiscard]] std::filesystem::path take();

 private:
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::string sha256_hex_;
};

// One part of a multipart/form-data body. A part with a file name is a file, also when both the
// name and the file are empty, which is what a browser sends for a file field left blank; so is a
// part without a name whose media type is not one of text or JSON.
struct Part {
  std::string name;
  std::optional<std::string> file_name;  // valid UTF-8 without folders or control characters
  std::string media_type;                // as sent; empty when absent
  std::string text;                      // of a part that is no file
  std::shared_ptr<SpooledFile> file;     // of a part that is one; never null then
};

class BodyShare;

struct Request {
  std::string method;
  std::string target;  // as sent
  std::string path;    // raw, before '?'; still percent-encoded
  std::string query;   // raw, after '?'
  std::vector<Header> headers;
  std::string body;         // empty for multipart/form-data
  std::vector<Part> parts;  // only for multipart/form-data
  bool is_multipart = false;
  // Set when a multipart body was malformed or cut short: multipart_malformed, multipart_truncated,
  // multipart_boundary_missing. `parts` then holds the parts completed before. Bodies over a limit
  // never get here; the server answers those itself.
  std::optional<std::string> body_error;
  std::string remote_address;
  std::string request_id;
  std::shared_ptr<BodyShare> body_share;  // of the memory for bodies; null pointer in tests
  std::int64_t received_at = 0;           // steady microseconds when the head was complete

  // The value of the first header of that name, in any case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

}  // namespace cinnabar::http
