#include "platform/http/request_reader.h"

#include "base/assert.h"
#include "base/text.h"
#include "platform/http/asio.h"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>

namespace cinnabar::http {
namespace {

namespace beast = boost::beast;

// A body is never trusted to be as long as it says before it came.
constexpr std::uint64_t kBodyReserveMax = 256 * 1024;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_version_line(std::string_view input) {
  const std::string_view line = input.substr(0, input.find("\r\n"));
  const std::size_t at = line.rfind(" HTTP/");
  if (at == std::string_view::npos || line.size() != at + 9) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return is_digit(line[at + 6]) && line[at + 7] == '.' && is_digit(line[at + 8]);
}

Refusal refusal_for(const Error& error) {
  if (error.reason == kSpoolUnavailable) return {503, "spool_unavailable"};
  if (error.reason == kTooManyParts) return {413, "too_many_parts"};
  if (error.reason == kPartTextTooLarge) return {413, "part_text_too_large"};
  return {413, "file_too_large"};
}

}  // namespace

class RequestReader::Parser final : public beast::http::basic_parser<true> {
 public:
  Parser(const ServerLimits& limits, const std::filesystem::path& spool_dir,
         std::shared_ptr<BodyBudget> budget)
      : limits_(limits), spool_dir_(spool_dir) {
    request_->body_share = std::make_shared<BodyShare>(std::move(budget));
    header_limit(static_cast<std::uint32_t>(limits.head_bytes_max));
    body_limit(boost::none);
    eager(true);
  }

  std::size_t read(std::string_view input) {
    if (phase_ == Phase::idle) phase_ = Phase::head;
    ErrorCode ec;
    const std::size_t used = put(asio::const_buffer(input.data(), input.size()), ec);
    head_bytes_ += head_ended_ ? 0 : used;
    if (ec == beast::http::error::need_more) ec = {};
    if (!ec && phase_ == Phase::head &&
        head_bytes_ + (input.size() - used) >= limits_.head_bytes_max) {
      ec = beast::http::error::header_limit;
    }
    if (ec) {
      if (refusal_.cause.empty()) refusal_ = refusal_of(ec, input);
      phase_ = Phase::refused;
    } else if (is_done()) {
      phase_ = Phase::done;
    }
    return used;
  }

  Phase phase_ = Phase::idle;
  Refusal refusal_{};
  bool wants_continue_ = false;
  bool is_http10_ = false;
  std::shared_ptr<Request> request_ = std::make_shared<Request>();

 private:
  Refusal refusal_of(const ErrorCode& ec, std::string_view input) const {
    using beast::http::error;
    if (ec == error::header_limit) {
      return request_->method.empty() ? Refusal{414, "target_too_long"}
                                      : Refusal{431, "head_too_large"};
    }
    if (ec == error::bad_version && is_version_line(input)) return {505, "version_unsupported"};
    if (ec == error::bad_content_length || ec == error::multiple_content_length ||
        ec == error::bad_transfer_encoding) {
      return {400, "length_conflict"};
    }
    return {400, "malformed_request"};
  }

  void refuse(int status, std::string_view cause, ErrorCode& ec) {
    refusal_ = {status, cause};
    ec = beast::http::error::bad_value;
  }

  // Handlers see paths only: "*" and the absolute form are brought into that shape.
  bool set_target(std::string_view target) {
    request_->target = target;
    if (request_->method == "OPTIONS" && target == "*") {
      request_->path = "*";
      return true;
    }
    if (!target.starts_with('/')) {
      const std::string lower = to_lower_ascii(target.substr(0, 8));
      const std::size_t scheme = lower.starts_with("http://") ? 7 : lower == "https://" ? 8 : 0;
      if (scheme == 0) return false;
      target.remove_prefix(std::min(target.find_first_of("/?", scheme), target.size()));
    }
    target = target.substr(0, target.find('#'));
    const std::size_t question = std::min(target.find('?'), target.size());
    request_->path = question == 0 ? "/" : target.substr(0, question);
    request_->query = target.substr(std::min(question + 1, target.size()));
    return true;
  }

  void on_request_impl(beast::http::verb /*verb*/, beast::string_view method,
                       beast::string_view target, int version, ErrorCode& ec) override {
    request_->method = view(method);
    is_http10_ = version == 10;
    if (target.size() > limits_.target_bytes_max) return refuse(414, "target_too_long", ec);
    if (!set_target(view(target))) return refuse(400, "target_malformed", ec);
    request_->headers.reserve(16);
  }

  void on_field_impl(beast::http::field name, beast::string_view name_text,
                     beast::string_view value, ErrorCode& ec) override {
    if (head_ended_) return;  // A trailer; nobody asked for one.
    if (request_->headers.size() >= limits_.headers_max) return refuse(431, "too_many_headers", ec);
    switch (name) {
      case beast::http::field::host:
        ++hosts_;
        break;
      case beast::http::field::content_length:
        // Beast lets equal repetitions pass; a proxy before us may read them otherwise.
        if (has_length_ || value.find(',') != beast::string_view::npos) {
          return refuse(400, "length_conflict", ec);
        }
        has_length_ = true;
        break;
      case beast::http::field::transfer_encoding:
        if (has_coding_) return refuse(400, "length_conflict", ec);
        has_coding_ = true;
        if (!beast::iequals(value, "chunked"))
          return refuse(501, "transfer_encoding_unsupported", ec);
        break;
      case beast::http::field::expect:
        if (!beast::iequals(value, "100-continue")) return refuse(417, "expectation_unknown", ec);
        wants_continue_ = true;
        break;
      default:
        break;
    }
    request_->headers.push_back({std::string(view(name_text)), std::string(view(value))});
  }

  void on_header_impl(ErrorCode& ec) override {
    head_ended_ = true;
    phase_ = Phase::body;
    request_->received_at = now_micros();
    if (has_coding_ && (has_length_ || is_http10_)) return refuse(400, "length_conflict", ec);
    if (hosts_ > 1 || (hosts_ == 0 && !is_http10_)) return refuse(400, "host_missing", ec);
    const std::string_view content_type = request_->header("Content-Type");
    // Before HTTP/1.1 a body may end with the connection, which cannot be told from a broken one.
    if (is_http10_ && !has_length_ && !content_type.empty()) {
      return refuse(411, "length_required", ec);
    }
    request_->is_multipart = is_multipart_form(content_type);
    body_bytes_max_ = request_->is_multipart ? limits_.multipart_bytes_max : limits_.body_bytes_max;
    const auto length = content_length();
    if (length && *length > body_bytes_max_) return refuse(413, "body_too_large", ec);
    // HTTP/1.0 peers do not know interim answers, and an empty body needs none.
    if (is_http10_ || (length && *length == 0) || (!has_length_ && !has_coding_)) {
      wants_continue_ = false;
    }
    if (request_->is_multipart) start_multipart(content_type);
  }

  void start_multipart(std::string_view content_type) {
    const std::optional<std::string> boundary = multipart_boundary(content_type);
    if (!boundary) {
      request_->body_error = std::string(kMultipartBoundaryMissing.name);
      return;
    }
    spool_ = std::make_unique<MultipartSpool>(spool_dir_, limits_.multipart);
    multipart_ = std::make_unique<MultipartParser>(*boundary, *spool_);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode& /*ec*/) override {
    if (!request_->is_multipart && length) {
      request_->body.reserve(static_cast<std::size_t>(std::min(*length, kBodyReserveMax)));
    }
  }

  std::size_t on_body_impl(beast::string_view body, ErrorCode& ec) override {
    take_body(view(body), ec);
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view /*extensions*/,
                            ErrorCode& ec) override {
    if (size > body_bytes_max_ - body_bytes_) refuse(413, "body_too_large", ec);
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, beast::string_view body,
                                 ErrorCode& ec) override {
    take_body(view(body), ec);
    return body.size();
  }

  void take_body(std::string_view bytes, ErrorCode& ec) {
    body_bytes_ += bytes.size();
    wants_continue_ = false;
    if (!request_->is_multipart) {
      if (!request_->body_share->grow_to(body_bytes_)) return refuse(503, "body_memory_full", ec);
      request_->body += bytes;
      return;
    }
    if (request_->body_error) return;  // The rest is read only to find the next request.
    note_multipart(multipart_->feed(bytes), ec);
    if (!ec && spool_ && !request_->body_share->grow_to(spool_->text_bytes())) {
      refuse(503, "body_memory_full", ec);
    }
  }

  void note_multipart(const Status& status, ErrorCode& ec) {
    if (status) return;
    if (status.error().code == Code::invalid_argument) {
      request_->body_error = std::string(status.error().reason.name);
      return;
    }
    const Refusal refusal = refusal_for(status.error());
    refuse(refusal.status, refusal.cause, ec);
  }

  void on_finish_impl(ErrorCode& ec) override {
    if (!request_->is_multipart) return;
    if (multipart_ && !request_->body_error) note_multipart(multipart_->finish(), ec);
    if (spool_) request_->parts = spool_->take_parts();
  }

  void on_response_impl(int /*code*/, beast::string_view /*reason*/, int /*version*/,
                        ErrorCode& /*ec*/) override {}

  const ServerLimits& limits_;
  const std::filesystem::path& spool_dir_;
  std::size_t head_bytes_ = 0;
  bool head_ended_ = false;
  bool has_length_ = false;
  bool has_coding_ = false;
  int hosts_ = 0;
  std::uint64_t body_bytes_max_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::unique_ptr<MultipartSpool> spool_;
  std::unique_ptr<MultipartParser> multipart_;
};

RequestReader::RequestReader(const ServerLimits& limits, const std::filesystem::path& spool_dir,
                             std::shared_ptr<BodyBudget> budget)
    : limits_(limits), spool_dir_(spool_dir), budget_(std::move(budget)) {}

RequestReader::~RequestReader() = default;

std::size_t RequestReader::feed(std::string_view input) {
  CINNABAR_ASSERT(phase() != Phase::done && phase() != Phase::refused);
  // A parser serves one request; between requests a connection holds none.
  if (!parser_) parser_ = std::make_unique<Parser>(limits_, spool_dir_, budget_);
  return parser_->read(input);
}

RequestReader::Phase RequestReader::phase() const {
  return parser_ ? parser_->phase_ : Phase::idle;
}

bool RequestReader::take_continue() {
  return phase() == Phase::body && std::exchange(parser_->wants_continue_, false);
}

bool RequestReader::keep_alive() const {
  return parser_ && parser_->keep_alive();
}

bool RequestReader::is_http10() const {
  return parser_ && parser_->is_http10_;
}

std::shared_ptr<Request> RequestReader::take() {
  CINNABAR_ASSERT(phase() == Phase::done);
  std::shared_ptr<Request> request = std::move(parser_->request_);
  parser_.reset();
  return request;
}

Refusal RequestReader::refusal() const {
  CINNABAR_ASSERT(phase() == Phase::refused);
  return parser_->refusal_;
}

const Request& RequestReader::partial() const {
  CINNABAR_ASSERT(parser_ != nullptr);
  return *parser_->request_;
}

}  // namespace cinnabar::http
