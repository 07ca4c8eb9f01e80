// What holds for everything that is encoded: it comes back, and damage is noticed.
#include "services/codec/bytes.h"
#include "services/codec/instance_codec.h"
#include "services/codec/value_bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cinnabar::services::codec {
namespace {

constexpr std::uint8_t kFormat = 7;

std::string some_text() {
  return *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
}

FieldValue any_value(int depth);

FieldValues any_values(int depth) {
  FieldValues values;
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    FieldValue value = any_value(depth);
    if (!value.is_null()) values.insert_or_assign("F" + some_text(), std::move(value));
  }
  return values;
}

FieldValue any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 9 : 7)) {
    case 0:
      return FieldValue{*rc::gen::arbitrary<bool>()};
    case 1:
      return FieldValue{Decimal{*rc::gen::arbitrary<std::int64_t>()}};
    case 2:
      return FieldValue{
          Instant{*rc::gen::inRange<std::int64_t>(-4'000'000'000'000'000, 4'000'000'000'000'000)}};
    case 3:
      return FieldValue{UserRef{UserId{*rc::gen::inRange<std::int64_t>(1, 1'000'000)}}};
    case 4:
      return FieldValue{AssigneeRef{GroupId{*rc::gen::inRange<std::int64_t>(1, 100)},
                                    UserId{*rc::gen::inRange<std::int64_t>(1, 100)}}};
    case 5:
      return FieldValue{
          FileRef{AttachmentId{*rc::gen::inRange<std::int64_t>(1, 1'000'000)}, some_text()}};
    case 6:
      return FieldValue::text(some_text());
    case 7: {
      FieldValue::List list;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(any_value(0));
      return FieldValue{std::move(list)};
    }
    default: {
      FieldValue::Table table;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) table.push_back(any_values(0));
      return FieldValue{std::move(table)};
    }
  }
}

RC_GTEST_PROP(CodecProperty, numbers_and_texts_come_back,
              (std::uint64_t plain, std::int64_t number, const std::string& text)) {
  Writer writer(kFormat);
  writer.put_unsigned(plain);
  writer.put_signed(number);
  writer.put_text(text);
  const std::string bytes = std::move(writer).seal();
  Reader reader(bytes, kFormat);
  RC_ASSERT(reader.get_unsigned() == plain);
  RC_ASSERT(reader.get_signed() == number);
  RC_ASSERT(reader.get_text() == text);
  RC_ASSERT(reader.is_complete());
  RC_ASSERT(Reader(bytes, kFormat + 1).has_failed());
}

RC_GTEST_PROP(CodecProperty, one_changed_byte_is_noticed, (const std::string& text)) {
  Writer writer(kFormat);
  writer.put_text(text);
  std::string bytes = std::move(writer).seal();
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
  RC_ASSERT(Reader(bytes, kFormat).has_failed());
}

RC_GTEST_PROP(CodecProperty, values_come_back_from_bytes, ()) {
  const FieldValues values = any_values(1);
  Writer writer(kFormat);
  put_values(writer, values);
  const std::string bytes = std::move(writer).seal();
  Reader reader(bytes, kFormat);
  RC_ASSERT(get_values(reader) == values);
  RC_ASSERT(reader.is_complete());
}

RC_GTEST_PROP(CodecProperty, values_come_back_from_their_document, ()) {
  const FieldValues values = any_values(1);
  const auto read = decode_fields(encode_fields(values));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == values);
}

RC_GTEST_PROP(CodecProperty, any_bytes_are_refused_or_read_but_never_crash,
              (const std::string& bytes)) {
  static_cast<void>(decode_events(bytes));
  static_cast<void>(decode_instance(bytes));
  const auto read = decode_fields(bytes);
  if (read.has_value()) RC_ASSERT(decode_fields(encode_fields(*read)).has_value());
}

}  // namespace
}  // namespace cinnabar::services::codec
