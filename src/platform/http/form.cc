#include "platform/http/form.h"

#include "base/text.h"

#include <algorithm>
#include <optional>

namespace cinnabar::http {
namespace {

// A header longer than this many ranges is cut; nobody reads thirty languages.
constexpr std::size_t kRangesMax = 32;

struct LanguageRange {
  std::string tag;  // lower case
  int weight = 1000;
};

// "0.8" -> 800; nullopt for anything that is no q-value.
std::optional<int> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = (text[0] - '0') * 1000;
  if (text.size() == 1) return weight;
  if (text[1] != '.') return std::nullopt;
  int unit = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return std::nullopt;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

std::vector<LanguageRange> parse_ranges(std::string_view header) {
  std::vector<LanguageRange> ranges;
  for (const std::string_view item : split(header, ',')) {
    if (ranges.size() == kRangesMax) break;
    const std::vector<std::string_view> pieces = split(item, ';');
    LanguageRange range{.tag = to_lower_ascii(trim(pieces[0]))};
    if (range.tag.empty()) continue;
    std::ranges::replace(range.tag, '_', '-');
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      const std::string_view parameter = trim(pieces[i]);
      if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
      range.weight = parse_weight(trim(parameter.substr(2))).value_or(0);
    }
    ranges.push_back(std::move(range));
  }
  std::ranges::stable_sort(ranges, std::ranges::greater{}, &LanguageRange::weight);
  return ranges;
}

std::string_view primary_of(std::string_view tag) {
  return tag.substr(0, tag.find('-'));
}

// Chinese is written in two scripts and most callers name a region instead of one.
std::string_view script_of(std::string_view tag) {
  if (primary_of(tag) != "zh") return {};
  for (const std::string_view piece : split(tag, '-')) {
    if (piece == "hant" || piece == "tw" || piece == "hk" || piece == "mo") return "hant";
    if (piece == "hans" || piece == "cn" || piece == "sg" || piece == "my") return "hans";
  }
  return "hans";
}

// 3 for equal tags, 2 for the same language and script, 1 for the same language, 0 for none.
int closeness(std::string_view range, std::string_view tag) {
  if (range == tag) return 3;
  if (primary_of(range) != primary_of(tag)) return 0;
  return script_of(range) == script_of(tag) ? 2 : 1;
}

}  // namespace

Result<FormFields> parse_form(std::string_view text, std::size_t fields_max) {
  FormFields fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty()) continue;
    if (fields.size() == fields_max) {
      return make_error(Code::invalid_argument, kFormTooLarge, "too many form fields");
    }
    const std::size_t equals = std::min(piece.find('='), piece.size());
    std::optional<std::string> name = decode_form_urlencoded(piece.substr(0, equals));
    std::optional<std::string> value =
        decode_form_urlencoded(piece.substr(std::min(equals + 1, piece.size())));
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) {
      return make_error(Code::invalid_argument, kFormMalformed,
                        "expected name=value pairs of percent-encoded UTF-8");
    }
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

std::string pick_language(std::string_view accept_language,
                          std::span<const std::string_view> supported, std::string_view fallback) {
  for (const LanguageRange& range : parse_ranges(accept_language)) {
    if (range.weight == 0) break;
    if (range.tag == "*") return std::string(fallback);
    std::string_view best;
    int best_closeness = 0;
    for (const std::string_view tag : supported) {
      const int close = closeness(range.tag, to_lower_ascii(tag));
      if (close <= best_closeness) continue;
      best = tag;
      best_closeness = close;
    }
    if (best_closeness > 0) return std::string(best);
  }
  return std::string(fallback);
}

Result<BasicCredentials> parse_basic_auth(std::string_view authorization) {
  const auto malformed = [] {
    return make_error(Code::unauthenticated, kCredentialsMalformed,
                      "expected Basic and base64 of user:password");
  };
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos ||
      !equals_ignore_ascii_case(authorization.substr(0, space), "Basic")) {
    return malformed();
  }
  const std::optional<std::string> decoded = from_base64(trim(authorization.substr(space + 1)));
  if (!decoded || !is_utf8(*decoded)) return malformed();
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos) return malformed();
  return BasicCredentials{.user = decoded->substr(0, colon),
                          .password = Secret(decoded->substr(colon + 1))};
}

}  // namespace cinnabar::http
