// What holds for every text and every instant.
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cinnabar {
namespace {

// Valid UTF-8 of all lengths of characters.
rc::Gen<std::string> any_text() {
  const auto character = rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x80),
                                        rc::gen::inRange<std::uint32_t>(0x80, 0x800),
                                        rc::gen::inRange<std::uint32_t>(0x800, 0xD800),
                                        rc::gen::inRange<std::uint32_t>(0xE000, 0x10000),
                                        rc::gen::inRange<std::uint32_t>(0x10000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(character),
                      [](const std::vector<std::uint32_t>& characters) {
                        std::string text;
                        for (const std::uint32_t one : characters) append_utf8(text, one);
                        return text;
                      });
}

// Between the years 1600 and 2400.
rc::Gen<Instant> any_instant() {
  constexpr std::int64_t kSecondsMax = 13'000'000'000;
  return rc::gen::map(rc::gen::pair(rc::gen::inRange<std::int64_t>(-kSecondsMax, kSecondsMax),
                                    rc::gen::oneOf(rc::gen::just(std::int64_t{0}),
                                                   rc::gen::inRange<std::int64_t>(0, 1'000'000))),
                      [](const std::pair<std::int64_t, std::int64_t>& parts) {
                        return Instant{parts.first * 1'000'000 + parts.second};
                      });
}

Json any_json(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0:
      return Json{nullptr};
    case 1:
      return Json{*rc::gen::arbitrary<bool>()};
    case 2:
      return Json{*rc::gen::arbitrary<std::int64_t>()};
    case 3:
      return Json{*any_text()};
    case 4: {
      Json list = Json::array();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push(any_json(depth - 1));
      return list;
    }
    default: {
      Json object = Json::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        object.set(*any_text(), any_json(depth - 1));
      return object;
    }
  }
}

RC_GTEST_PROP(TextProperty, hex_comes_back, (const std::vector<unsigned char>& bytes)) {
  const std::string text = to_hex(bytes);
  RC_ASSERT(text.size() == 2 * bytes.size());
  RC_ASSERT(from_hex(text) == std::string(bytes.begin(), bytes.end()));
}

RC_GTEST_PROP(TextProperty, base64_comes_back, (const std::string& bytes)) {
  const std::string text = to_base64(bytes);
  RC_ASSERT(text.size() == (bytes.size() + 2) / 3 * 4);
  RC_ASSERT(from_base64(text) == bytes);
}

RC_GTEST_PROP(TextProperty, repair_gives_valid_text_and_leaves_valid_text_alone,
              (const std::string& bytes)) {
  const std::string repaired = to_valid_utf8(bytes);
  RC_ASSERT(is_utf8(repaired));
  RC_ASSERT(to_valid_utf8(repaired) == repaired);
  RC_ASSERT(utf8_length(repaired) == utf8_length(bytes));
  const std::string valid = *any_text();
  RC_ASSERT(is_utf8(valid));
  RC_ASSERT(to_valid_utf8(valid) == valid);
}

RC_GTEST_PROP(TextProperty, a_prefix_is_whole_and_as_long_as_it_may_be, ()) {
  const std::string text = *any_text();
  const auto bytes_max = *rc::gen::inRange<std::size_t>(0, text.size() + 2);
  const std::string_view prefix = utf8_prefix(text, bytes_max);
  RC_ASSERT(text.starts_with(prefix));
  RC_ASSERT(prefix.size() <= bytes_max);
  RC_ASSERT(is_utf8(prefix));
  if (prefix.size() == text.size()) return;
  const CodePoint next = decode_utf8(std::string_view(text).substr(prefix.size()));
  RC_ASSERT(prefix.size() + next.size > bytes_max);
}

RC_GTEST_PROP(TextProperty, the_pieces_of_a_split_join_to_the_text, (const std::string& text)) {
  const char separator = *rc::gen::elementOf(std::string(",a "));
  const auto pieces = split(text, separator);
  std::string joined;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    RC_ASSERT(pieces[i].find(separator) == std::string_view::npos);
    if (i > 0) joined += separator;
    joined += pieces[i];
  }
  RC_ASSERT(joined == text);
}

RC_GTEST_PROP(TextProperty, integers_come_back, (std::int64_t number)) {
  RC_ASSERT(parse_int(std::to_string(number)) == number);
}

RC_GTEST_PROP(TextProperty, folding_case_is_idempotent_and_finds_itself, ()) {
  const std::string text = *any_text();
  const std::string folded = fold_case(text);
  RC_ASSERT(fold_case(folded) == folded);
  RC_ASSERT(utf8_length(folded) == utf8_length(text));
  RC_ASSERT(contains_fold(text, folded));
}

RC_GTEST_PROP(JsonProperty, what_is_printed_reads_as_the_same, ()) {
  const Json value = any_json(3);
  for (const bool ascii : {false, true}) {
    const std::string text = print(value, JsonStyle{.ascii = ascii});
    const auto read = Json::parse(text);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == value);
  }
  RC_ASSERT(*Json::parse(print_pretty(value)) == value);
}

RC_GTEST_PROP(TimeProperty, an_instant_comes_back_from_its_text, ()) {
  const Instant at = *any_instant();
  RC_ASSERT(parse_instant(to_rfc3339(at), UtcOffset{*rc::gen::inRange(-1439, 1440)}) == at);
}

RC_GTEST_PROP(TimeProperty, an_instant_comes_back_from_its_calendar_at_any_offset, ()) {
  const Instant at = *any_instant();
  const UtcOffset offset{*rc::gen::inRange(-1439, 1440)};
  RC_ASSERT(from_civil(to_civil(at, offset), offset) == at);
}

}  // namespace
}  // namespace cinnabar
