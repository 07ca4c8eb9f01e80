#include "api/dialects/dadayun/signature.h"

#include "api/common/authorization.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace cinnabar::dadayun {
namespace {

constexpr std::string_view kScheme = "ddy ";
constexpr std::string_view kOwnHeaders = "x-ddy-";

// Empty segments fall out; a slash at the end stays.
std::string canonical_path(std::string_view path) {
  std::string out;
  for (const std::string_view segment : split(path, '/')) {
    if (!segment.empty()) out += "/" + std::string(segment);
  }
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

// Sorted by key, byte by byte. Of a value with '=' only the part before it counts.
std::string canonical_query(std::string_view query) {
  std::map<std::string_view, std::string_view> items;
  for (const std::string_view item : split(query, '&')) {
    if (item.empty()) continue;
    const std::vector<std::string_view> parts = split(item, '=');
    items.emplace(parts[0], parts.size() > 1 ? parts[1] : std::string_view());
  }
  std::string out;
  for (const auto& [key, value] : items) {
    out += out.empty() ? '?' : '&';
    out += key;
    out += '=';
    out += value;
  }
  return out;
}

std::string canonical_value(std::string_view value) {
  if (value.find(' ') == std::string_view::npos) return std::string(value);
  std::string out;
  for (const char c : value) {
    const bool is_space = c == ' ' || c == '\t';
    if (is_space && !out.empty() && out.back() == ' ') continue;
    out += is_space ? ' ' : c;
  }
  return out;
}

std::string own_headers(const http::Request& request) {
  std::map<std::string, std::string_view> found;
  for (const http::Header& header : request.headers) {
    std::string name = to_lower_ascii(header.name);
    if (name.starts_with(kOwnHeaders)) found.emplace(std::move(name), header.value);
  }
  std::string out;
  for (const auto& [name, value] : found) out += name + ":" + canonical_value(value) + "\n";
  return out;
}

std::optional<std::int32_t> digits(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto number = parse_int(text);
  return number ? std::optional(static_cast<std::int32_t>(*number)) : std::nullopt;
}

}  // namespace

std::string string_to_sign(const http::Request& request, std::string_view path_prefix) {
  std::string out = request.method + "\n";
  for (const std::string_view name : {"Content-MD5", "Content-Type", "Date"}) {
    out += std::string(request.header(name)) + "\n";
  }
  out += own_headers(request);
  out += canonical_path(std::string(path_prefix) + request.path);
  out += canonical_query(request.query);
  return out;
}

std::optional<Signature> parse_signature(std::string_view authorization) {
  if (!api::has_scheme(authorization, kScheme)) return std::nullopt;
  const std::string_view rest = trim(authorization.substr(kScheme.size()));
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  auto bytes = from_base64(rest.substr(colon + 1));
  // Only one spelling of the same bytes is a signature.
  if (!bytes || to_base64(*bytes) != rest.substr(colon + 1)) return std::nullopt;
  return Signature{std::string(rest.substr(0, colon)), std::move(*bytes)};
}

std::optional<Instant> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::string_view kShape = "Thu, 30 Aug 2018 02:55:22 GMT";
  if (text.size() != kShape.size() || !text.ends_with(" GMT")) return std::nullopt;
  for (const std::size_t at : {std::size_t{4}, std::size_t{7}, std::size_t{11}, std::size_t{16}}) {
    if (text[at] != ' ') return std::nullopt;
  }
  if (text[3] != ',' || text[19] != ':' || text[22] != ':') return std::nullopt;
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto day = digits(text.substr(5, 2));
  const auto year = digits(text.substr(12, 4));
  const auto hour = digits(text.substr(17, 2));
  const auto minute = digits(text.substr(20, 2));
  const auto second = digits(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  CivilTime civil;
  civil.year = *year;
  civil.month = static_cast<std::int32_t>(month - kMonths.begin()) + 1;
  civil.day = *day;
  civil.hour = *hour;
  civil.minute = *minute;
  civil.second = *second;
  return from_civil(civil, UtcOffset{});
}

}  // namespace cinnabar::dadayun
