#include "platform/http/multipart.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

namespace cinnabar::http {
namespace {

constexpr std::size_t kFileNameBytesMax = 255;
constexpr std::size_t kPartHeadersMax = 16;

Error malformed(std::string expected) {
  return make_error(Code::invalid_argument, kMultipartMalformed, std::move(expected));
}

struct Parameter {
  std::string name;  // lower case
  std::string value;
};

// The text of a quoted string that starts at text[at] == '"'; moves `at` behind the closing quote.
// Only \" and \\ are escapes: some clients send paths with plain backslashes.
std::optional<std::string> read_quoted(std::string_view text, std::size_t& at) {
  std::string value;
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      ++at;
      return value;
    }
    const bool is_escape =
        c == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    if (is_escape) ++at;
    value += text[at];
  }
  return std::nullopt;
}

// "; name=value; name="quoted"" with white space anywhere between. nullopt when malformed.
std::optional<std::vector<Parameter>> parse_parameters(std::string_view text) {
  std::vector<Parameter> parameters;
  std::size_t at = 0;
  const auto skip_space = [&] {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  };
  while (true) {
    skip_space();
    if (at == text.size()) return parameters;
    if (text[at] != ';') return std::nullopt;
    ++at;
    skip_space();
    if (at == text.size()) return parameters;
    const std::size_t equals = text.find_first_of("=;", at);
    if (equals == std::string_view::npos || text[equals] == ';') return std::nullopt;
    Parameter parameter{.name = to_lower_ascii(trim(text.substr(at, equals - at))), .value = {}};
    at = equals + 1;
    skip_space();
    if (at < text.size() && text[at] == '"') {
      std::optional<std::string> value = read_quoted(text, at);
      if (!value) return std::nullopt;
      parameter.value = std::move(*value);
    } else {
      const std::size_t end = std::min(text.find(';', at), text.size());
      parameter.value = std::string(trim(text.substr(at, end - at)));
      at = end;
    }
    parameters.push_back(std::move(parameter));
  }
}

const std::string* find_parameter(const std::vector<Parameter>& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? nullptr : &found->value;
}

// charset'language'percent-encoded, as RFC 5987 has it; nullopt when it is none we can read.
std::optional<std::string> decode_extended(std::string_view value) {
  const std::size_t first = value.find('\'');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = value.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  std::optional<std::string> bytes = decode_percent(value.substr(second + 1));
  if (!bytes) return std::nullopt;
  const std::string charset = to_lower_ascii(value.substr(0, first));
  if (charset == "utf-8") return is_utf8(*bytes) ? bytes : std::nullopt;
  if (charset != "iso-8859-1") return std::nullopt;
  std::string text;
  for (const char c : *bytes) append_utf8(text, static_cast<unsigned char>(c));
  return text;
}

// Browsers write a quote inside a name as %22, and nothing else that way but line breaks.
std::string restore_quotes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "%22") {
      out += '"';
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<PartHead> parse_part_head(std::string_view block) {
  std::optional<PartHead> head;
  std::string media_type;
  std::size_t headers = 0;
  while (!block.empty()) {
    const std::size_t end = block.find("\r\n");
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(line.size() + 2, block.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || ++headers > kPartHeadersMax) {
      return malformed("expected part headers as name: value");
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (equals_ignore_ascii_case(name, "Content-Disposition")) {
      if (head) return malformed("expected one Content-Disposition in a part");
      head = parse_part_disposition(value);
      if (!head) return malformed("expected Content-Disposition: form-data with a name");
    } else if (equals_ignore_ascii_case(name, "Content-Type")) {
      media_type = to_valid_utf8(value);
    }
  }
  if (!head) return malformed("expected a Content-Disposition in every part");
  head->media_type = std::move(media_type);
  return std::move(*head);
}

}  // namespace

bool is_multipart_form(std::string_view content_type) {
  return equals_ignore_ascii_case(trim(content_type.substr(0, content_type.find(';'))),
                                  "multipart/form-data");
}

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const std::size_t start = content_type.find(';');
  if (start == std::string_view::npos) return std::nullopt;
  const auto parameters = parse_parameters(content_type.substr(start));
  if (!parameters) return std::nullopt;
  const std::string* boundary = find_parameter(*parameters, "boundary");
  if (boundary == nullptr || boundary->empty() || boundary->size() > 70) return std::nullopt;
  const bool is_printable =
      std::ranges::all_of(*boundary, [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!is_printable || boundary->back() == ' ') return std::nullopt;
  return *boundary;
}

std::string clean_file_name(std::string_view raw) {
  const std::string valid = to_valid_utf8(raw.substr(raw.find_last_of("/\\") + 1));
  std::string name;
  for (std::string_view rest = valid; !rest.empty();) {
    const CodePoint point = decode_utf8(rest);
    const bool is_control =
        point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0) ||
        (point.value >= 0x202A && point.value <= 0x202E) ||  // direction overrides hide extensions
        (point.value >= 0x2066 && point.value <= 0x2069);
    if (!is_control) name += rest.substr(0, point.size);
    rest.remove_prefix(point.size);
  }
  name = std::string(trim(name));
  if (name == "." || name == "..") return {};
  return std::string(utf8_prefix(name, kFileNameBytesMax));
}

std::optional<PartHead> parse_part_disposition(std::string_view value) {
  const std::size_t start = std::min(value.find(';'), value.size());
  if (!equals_ignore_ascii_case(trim(value.substr(0, start)), "form-data")) return std::nullopt;
  const auto parameters = parse_parameters(value.substr(start));
  if (!parameters) return std::nullopt;
  const std::string* name = find_parameter(*parameters, "name");
  if (name == nullptr) return std::nullopt;
  PartHead head;
  head.name = to_valid_utf8(restore_quotes(*name));
  if (const std::string* plain = find_parameter(*parameters, "filename")) {
    head.file_name = clean_file_name(restore_quotes(*plain));
  }
  if (const std::string* extended = find_parameter(*parameters, "filename*")) {
    if (const auto decoded = decode_extended(*extended)) {
      head.file_name = clean_file_name(*decoded);
    } else if (!head.file_name) {
      return std::nullopt;
    }
  }
  return head;
}

MultipartParser::MultipartParser(std::string_view boundary, MultipartSink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), sink_(sink), pending_("\r\n") {
  // The first border has no line break before it; one made up here saves it a case of its own.
}

Status MultipartParser::feed(std::string_view bytes) {
  std::string joined;
  std::string_view input = bytes;
  if (!pending_.empty()) {
    joined = std::move(pending_);
    joined += bytes;
    input = joined;
    pending_.clear();
  }
  while (true) {
    CINNABAR_TRY(const bool goes_on, step(input));
    if (!goes_on) break;
  }
  pending_.assign(input);
  return {};
}

Status MultipartParser::finish() const {
  if (state_ == State::epilogue) return {};
  return make_error(Code::invalid_argument, kMultipartTruncated, "expected the closing border");
}

Result<bool> MultipartParser::step(std::string_view& input) {
  switch (state_) {
    case State::preamble:
    case State::data:
      return step_to_border(input);
    case State::border:
      return step_border(input);
    case State::head:
      return step_head(input);
    case State::epilogue:
      input = {};
      return false;
  }
  CINNABAR_UNREACHABLE();
}

Result<bool> MultipartParser::step_to_border(std::string_view& input) {
  const std::size_t found = input.find(delimiter_);
  std::size_t ready = found;
  if (found == std::string_view::npos) {
    // Keep back the shortest tail that could still become a border.
    ready = input.size() - std::min(input.size(), delimiter_.size() - 1);
    while (true) {
      ready = std::min(input.find('\r', ready), input.size());
      if (delimiter_.starts_with(input.substr(ready))) break;
      ++ready;
    }
  }
  if (state_ == State::data && ready > 0) {
    CINNABAR_CHECK_OK(sink_.part_data(input.substr(0, ready)));
  }
  input.remove_prefix(ready);
  if (found == std::string_view::npos) return false;
  input.remove_prefix(delimiter_.size());
  if (state_ == State::data) CINNABAR_CHECK_OK(sink_.part_end());
  state_ = State::border;
  return true;
}

Result<bool> MultipartParser::step_border(std::string_view& input) {
  if (input.starts_with("--")) {
    state_ = State::epilogue;
    return true;
  }
  const std::size_t at = input.find_first_not_of(" \t");
  const std::size_t spaces = at == std::string_view::npos ? input.size() : at;
  if (spaces > kPartHeadBytesMax) return malformed("expected a line break after the border");
  const std::string_view rest = input.substr(spaces);
  if (rest.starts_with("\r\n")) {
    input.remove_prefix(spaces + 2);
    state_ = State::head;
    return true;
  }
  const bool may_come = rest.empty() || rest == "\r" || (spaces == 0 && rest == "-");
  if (may_come) return false;
  return malformed("expected a line break or two dashes after the border");
}

Result<bool> MultipartParser::step_head(std::string_view& input) {
  const std::size_t end = input.find("\r\n\r\n");
  const bool is_too_long = end == std::string_view::npos ? input.size() >= kPartHeadBytesMax + 4
                                                         : end > kPartHeadBytesMax;
  if (is_too_long) return malformed("expected a shorter part head");
  if (end == std::string_view::npos) return false;
  CINNABAR_TRY(PartHead head, parse_part_head(input.substr(0, end)));
  CINNABAR_CHECK_OK(sink_.part_begin(std::move(head)));
  input.remove_prefix(end + 4);
  state_ = State::data;
  return true;
}

}  // namespace cinnabar::http
