#include "services/codec/instance_codec.h"

#include "base/text.h"
#include "services/codec/bytes.h"
#include "services/codec/codec_test_support.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services::codec {
namespace {

constexpr int kRounds = 2'000;

std::string hex(std::string_view bytes) {
  return to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

// The same bytes with a checksum that fits, so that damage reaches the decoder behind it.
std::string reseal(std::string bytes) {
  if (bytes.size() < 5) return bytes;
  bytes.resize(bytes.size() - 4);
  const std::uint32_t sum = checksum(bytes);
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(sum >> shift & 0xFF);
  return bytes;
}

void expect_corrupt(const Error& error) {
  EXPECT_EQ(error.code, Code::data_loss);
  EXPECT_EQ(error.reason, reasons::kStorageCorrupt);
}

// Damage with a right checksum may still be meaningful, but then it must say the same again.
void expect_sound(const std::string& bytes) {
  if (const auto events = decode_events(bytes)) {
    EXPECT_EQ(encode_events(*events).value(), bytes);
  } else {
    expect_corrupt(events.error());
  }
  if (const auto instance = decode_instance(bytes)) {
    EXPECT_EQ(encode_instance(*instance).value(), bytes);
  } else {
    expect_corrupt(instance.error());
  }
}

TEST(InstanceCodec, checksum_is_the_castagnoli_polynomial) {
  EXPECT_EQ(checksum("123456789"), 0xE3069283U);
  EXPECT_EQ(checksum(""), 0U);
}

TEST(InstanceCodec, events_round_trip) {
  RandomValues random{1};
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<process::Event> events = random.events();
    const auto decoded = decode_events(encode_events(events).value());
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    ASSERT_EQ(*decoded, events);
  }
}

TEST(InstanceCodec, instances_round_trip_without_their_fields) {
  RandomValues random{2};
  for (int round = 0; round < kRounds; ++round) {
    process::Instance instance = random.instance();
    const auto decoded = decode_instance(encode_instance(instance).value());
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    ASSERT_EQ(*decoded, instance);
    instance.fields = random.values(2);
    ASSERT_EQ(encode_instance(instance).value(), encode_instance(*decoded).value());
  }
}

TEST(InstanceCodec, truncated_bytes_are_corrupt) {
  RandomValues random{3};
  for (int round = 0; round < 50; ++round) {
    const std::string events = encode_events(random.events()).value();
    for (std::size_t size = 0; size < events.size(); ++size) {
      const auto decoded = decode_events(std::string_view{events}.substr(0, size));
      ASSERT_FALSE(decoded);
      expect_corrupt(decoded.error());
    }
    const std::string instance = encode_instance(random.instance()).value();
    for (std::size_t size = 0; size < instance.size(); ++size) {
      ASSERT_FALSE(decode_instance(std::string_view{instance}.substr(0, size)));
    }
  }
}

TEST(InstanceCodec, every_flipped_bit_is_corrupt) {
  RandomValues random{4};
  for (int round = 0; round < 20; ++round) {
    std::string events = encode_events(random.events()).value();
    std::string instance = encode_instance(random.instance()).value();
    for (std::size_t bit = 0; bit < events.size() * 8; ++bit) {
      events[bit / 8] = static_cast<char>(events[bit / 8] ^ (1 << bit % 8));
      ASSERT_FALSE(decode_events(events)) << bit;
      events[bit / 8] = static_cast<char>(events[bit / 8] ^ (1 << bit % 8));
    }
    for (std::size_t bit = 0; bit < instance.size() * 8; ++bit) {
      instance[bit / 8] = static_cast<char>(instance[bit / 8] ^ (1 << bit % 8));
      ASSERT_FALSE(decode_instance(instance)) << bit;
      instance[bit / 8] = static_cast<char>(instance[bit / 8] ^ (1 << bit % 8));
    }
  }
}

TEST(InstanceCodec, forged_bytes_with_a_right_checksum_never_crash) {
  RandomValues random{5};
  SeededRandom& bits = random.random();
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = round % 2 == 0 ? encode_events(random.events()).value()
                                       : encode_instance(random.instance()).value();
    for (auto changes = 1 + bits.below(3); changes > 0; --changes) {
      // The format number stays, so that the rest is looked at.
      bytes[1 + bits.below(bytes.size() - 1)] = static_cast<char>(bits.below(256));
    }
    if (bits.below(2) == 0) bytes.resize(5 + bits.below(bytes.size() - 4));
    expect_sound(reseal(std::move(bytes)));
  }
}

TEST(InstanceCodec, random_bytes_never_crash) {
  SeededRandom bits{6};
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes(5 + bits.below(60), '\0');
    for (char& byte : bytes) byte = static_cast<char>(bits.below(256));
    bytes[0] = round % 2 == 0 ? 0x22 : 0x12;
    expect_sound(reseal(std::move(bytes)));
  }
}

TEST(InstanceCodec, values_nested_deeper_than_forms_can_are_corrupt) {
  Writer out{0x22};
  out.put_size(1);
  out.put_byte(2);  // fields_changed
  out.put_size(1);
  out.put_text("a");
  for (int depth = 0; depth < 100; ++depth) {
    out.put_byte(11);  // a list of one
    out.put_size(1);
  }
  out.put_byte(0);
  const auto decoded = decode_events(std::move(out).seal());
  ASSERT_FALSE(decoded);
  expect_corrupt(decoded.error());
}

TEST(InstanceCodec, variables_nested_too_deep_are_neither_written_nor_read) {
  expr::Value value{true};
  for (int depth = 0; depth < 64; ++depth) value = expr::Value{expr::Value::List{value}};
  const auto nested = [](expr::Value inner) {
    return std::vector<process::Event>{process::LoopResult{ActivityInstanceId{1}, 1, inner}};
  };
  const auto bytes = encode_events(nested(value));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(decode_events(*bytes).value(), nested(value));
  const auto refused = encode_events(nested(expr::Value{expr::Value::List{value}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reasons::kLimitExceeded);

  Writer out{0x22};
  out.put_size(1);
  out.put_byte(21);  // loop_result
  out.put_signed(1);
  out.put_signed(1);
  for (int depth = 0; depth < 65; ++depth) {
    out.put_byte(14);  // a list of one
    out.put_size(1);
  }
  out.put_byte(0);
  const auto decoded = decode_events(std::move(out).seal());
  ASSERT_FALSE(decoded);
  expect_corrupt(decoded.error());
}

// Parts are shared in memory and repeated in bytes, so a few lists can be without end.
TEST(InstanceCodec, variables_that_unfold_without_end_are_refused) {
  expr::Value value{std::string{"x"}};
  for (int depth = 0; depth < 60; ++depth) value = expr::Value{expr::Value::List{value, value}};
  process::Instance instance;
  instance.variables.emplace("v", value);
  const auto refused = encode_instance(instance);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
}

// Stored histories are read for ever: a change here needs a new format number, not a new text.
TEST(InstanceCodec, bytes_of_events_do_not_change) {
  FieldValues changes;
  changes["a"] = FieldValue{};
  changes["b"] = FieldValue{Decimal::parse("-1.5").value()};
  changes["c"] = FieldValue{FieldValue::List{FieldValue{UserRef{UserId{1}}}}};
  changes["d"] = FieldValue{FieldValue::Table{FieldValues{{"n", FieldValue::text("y")}}}};
  using expr::Value;
  expr::Variables variables;
  variables["a"] = Value{};
  variables["b"] = Value{Value::List{Value{true}, Value{false}, Value{std::int64_t{7}}}};
  variables["c"] = Value{Value::Context{{"z", Value{std::string{"t"}}}}};
  variables["d"] = Value{expr::DateTime{2026, 1, 31, {1, 28'800, ""}}};
  variables["e"] = Value{expr::TimeOfDay{2, std::nullopt, "Asia/Taipei"}};
  variables["f"] = Value{expr::MonthsDuration{14}};
  variables["g"] = Value{Duration{-1}};
  variables["h"] = Value{Value::Range{Value{}, Value{expr::Date{1, 2, 3}}, false, true}};
  process::Wait wait;
  wait.id = WaitId{9};
  wait.kind = WaitKind::message;
  wait.node_id = "N";
  wait.name = "m";
  wait.key = "k";
  wait.due = Instant{64};
  const std::vector<process::Event> events = {
      process::InstanceStarted{ProcessInstanceId{1}, ProcessDefinitionId{2}, UserId{3}, Instant{4},
                               ProcessInstanceId{}, WaitId{}},
      process::FieldsChanged{changes},
      process::FlowTaken{"F", ActivityInstanceId{5}},
      process::WorkItemCompleted{WorkItemId{6}, UserId{3}, Outcome::approved, "q", "c"},
      process::InstanceCompleted{"E"},
      process::VariablesChanged{ActivityInstanceId{5}, variables},
      process::WaitStarted{wait},
      process::NoticeRead{NoticeId{1}, UserId{2}},
  };
  EXPECT_EQ(
      hex(encode_events(events).value()),
      "220801020406080000000204016100016203042d312e3501630b01070201640c0101016e0401790501460a0b"
      "0c060201710163110145130a0801610001620e03020103013701630f01017a040174016407d41f023e0201"
      "80c2030001650604000b417369612f5461697065690166081c016709010168100001000502040616120200"
      "014e016d016b018001000000003102040a353f8b");
}

// The number of an event is its place: one that moves would change what old histories say.
TEST(InstanceCodec, numbers_of_events_do_not_change) {
  const auto number = [](process::Event event) { return event.index() + 1; };
  EXPECT_EQ(number(process::InstanceStarted{}), 1U);
  EXPECT_EQ(number(process::WorkItemCompleted{}), 11U);
  EXPECT_EQ(number(process::InstanceTerminated{}), 18U);
  EXPECT_EQ(number(process::VariablesChanged{}), 19U);
  EXPECT_EQ(number(process::MessageThrown{}), 27U);
  EXPECT_EQ(number(process::Redirected{}), 42U);
  EXPECT_EQ(number(process::NoticeRead{}), 49U);
}

TEST(InstanceCodec, records_round_trip) {
  RandomValues random{7};
  for (int round = 0; round < kRounds; ++round) {
    const FieldValues fields = random.values(3);
    const std::string document = encode_fields(fields);
    const auto decoded = decode_fields(document);
    ASSERT_TRUE(decoded) << document;
    ASSERT_EQ(*decoded, fields) << document;
  }
}

TEST(InstanceCodec, records_are_plain_json_where_json_can_say_it) {
  FieldValues fields;
  fields["amount"] = FieldValue{Decimal::parse("19.990").value()};
  fields["at"] = FieldValue{Instant{1'500'000}};
  fields["date"] = FieldValue{CalendarDate{"2026-01-31"}};
  fields["file"] = FieldValue{FieldValue::List{FieldValue{FileRef{AttachmentId{4}, "圖.png"}}}};
  fields["owner"] = FieldValue{AssigneeRef{GroupId{1}, UserId{0}}};
  fields["rows"] = FieldValue{FieldValue::Table{FieldValues{{"x", FieldValue{true}}}, {}}};
  fields["text"] = FieldValue::text("a\"b");
  fields["user"] = FieldValue{UserRef{UserId{3}}};
  EXPECT_EQ(encode_fields(fields),
            R"({"amount":19.99,"at":{"$time":"1970-01-01T00:00:01.500000Z"},)"
            R"("date":{"$date":"2026-01-31"},"file":[{"$file":[4,"圖.png"]}],)"
            R"("owner":{"$assignee":[1,0]},"rows":{"$table":[{"x":true},{}]},)"
            R"("text":"a\"b","user":{"$user":3}})");
}

TEST(InstanceCodec, a_text_that_is_no_utf8_stays_readable) {
  FieldValues fields;
  fields["a"] = FieldValue::text("x\xFFy");
  const auto decoded = decode_fields(encode_fields(fields));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded->at("a").get<std::string>(), "x\xEF\xBF\xBDy");
}

TEST(InstanceCodec, documents_that_are_no_records_are_corrupt) {
  for (const std::string_view document :
       {"", "{", "[]", "1", R"({"a":{}})", R"({"a":{"$user":"1"}})", R"({"a":{"$user":1.5}})",
        R"({"a":{"$date":"2026-02-30"}})", R"({"a":{"$time":"noon"}})", R"({"a":{"$file":[1]}})",
        R"({"a":{"$assignee":[1]}})", R"({"a":{"$table":{}}})", R"({"a":{"$table":[1]}})",
        R"({"a":{"$nothing":1}})", R"({"a":{"$user":1,"b":2}})", R"({"a":1,"a":2})",
        R"({"a":1e999})", R"({"a":[[[[[[[[[[[[1]]]]]]]]]]]]})"}) {
    const auto decoded = decode_fields(document);
    ASSERT_FALSE(decoded) << document;
    expect_corrupt(decoded.error());
  }
}

TEST(InstanceCodec, damaged_documents_never_crash) {
  RandomValues random{8};
  SeededRandom& bits = random.random();
  for (int round = 0; round < kRounds; ++round) {
    std::string document = encode_fields(random.values(3));
    document[bits.below(document.size())] = static_cast<char>(bits.below(256));
    if (const auto decoded = decode_fields(document)) {
      const auto again = decode_fields(encode_fields(*decoded));
      ASSERT_TRUE(again) << document;
      ASSERT_EQ(*again, *decoded);
    } else {
      expect_corrupt(decoded.error());
    }
  }
}

}  // namespace
}  // namespace cinnabar::services::codec
