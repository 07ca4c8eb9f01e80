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
    EXPECT_EQ(encode_events(*events), bytes);
  } else {
    expect_corrupt(events.error());
  }
  if (const auto instance = decode_instance(bytes)) {
    EXPECT_EQ(encode_instance(*instance), bytes);
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
    const auto decoded = decode_events(encode_events(events));
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    ASSERT_EQ(*decoded, events);
  }
}

TEST(InstanceCodec, instances_round_trip_without_their_fields) {
  RandomValues random{2};
  for (int round = 0; round < kRounds; ++round) {
    process::Instance instance = random.instance();
    const auto decoded = decode_instance(encode_instance(instance));
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    ASSERT_EQ(*decoded, instance);
    instance.fields = random.values(2);
    ASSERT_EQ(encode_instance(instance), encode_instance(*decoded));
  }
}

TEST(InstanceCodec, truncated_bytes_are_corrupt) {
  RandomValues random{3};
  for (int round = 0; round < 50; ++round) {
    const std::string events = encode_events(random.events());
    for (std::size_t size = 0; size < events.size(); ++size) {
      const auto decoded = decode_events(std::string_view{events}.substr(0, size));
      ASSERT_FALSE(decoded);
      expect_corrupt(decoded.error());
    }
    const std::string instance = encode_instance(random.instance());
    for (std::size_t size = 0; size < instance.size(); ++size) {
      ASSERT_FALSE(decode_instance(std::string_view{instance}.substr(0, size)));
    }
  }
}

TEST(InstanceCodec, every_flipped_bit_is_corrupt) {
  RandomValues random{4};
  for (int round = 0; round < 20; ++round) {
    std::string events = encode_events(random.events());
    std::string instance = encode_instance(random.instance());
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
    std::string bytes =
        round % 2 == 0 ? encode_events(random.events()) : encode_instance(random.instance());
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
    bytes[0] = round % 2 == 0 ? 0x21 : 0x11;
    expect_sound(reseal(std::move(bytes)));
  }
}

TEST(InstanceCodec, values_nested_deeper_than_forms_can_are_corrupt) {
  Writer out{0x21};
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

// Stored histories are read for ever: a change here needs a new format number, not a new text.
TEST(InstanceCodec, bytes_of_events_do_not_change) {
  FieldValues changes;
  changes["a"] = FieldValue{};
  changes["b"] = FieldValue{true};
  changes["c"] = FieldValue{false};
  changes["d"] = FieldValue{Decimal::parse("-1.5").value()};
  changes["e"] = FieldValue::text("x");
  changes["f"] = FieldValue{CalendarDate{"2026-01-31"}};
  changes["g"] = FieldValue{Instant{-1}};
  changes["h"] = FieldValue{UserRef{UserId{7}}};
  changes["i"] = FieldValue{GroupRef{GroupId{300}}};
  changes["j"] = FieldValue{AssigneeRef{GroupId{1}, UserId{2}}};
  changes["k"] = FieldValue{FileRef{AttachmentId{9}, "f"}};
  changes["l"] = FieldValue{FieldValue::List{FieldValue{UserRef{UserId{1}}}}};
  changes["m"] = FieldValue{FieldValue::Table{FieldValues{{"n", FieldValue::text("y")}}}};
  const std::vector<process::Event> events = {
      process::InstanceStarted{ProcessInstanceId{1}, ProcessDefinitionId{2}, UserId{3}, Instant{4}},
      process::FieldsChanged{changes},
      process::HeadersChanged{"t", "s", "l"},
      process::NodePassed{"N"},
      process::FlowTaken{"F"},
      process::JoinArrived{"J", "F"},
      process::JoinFired{"J"},
      process::ActivityActivated{ActivityInstanceId{5}, "N"},
      process::WorkItemOffered{WorkItemId{6}, ActivityInstanceId{5}, UserId{0}, GroupId{1}, true},
      process::WorkItemOpened{WorkItemId{6}},
      process::WorkItemCompleted{WorkItemId{6}, UserId{3}, Outcome::approved, "q", "c"},
      process::WorkItemSuperseded{WorkItemId{7}},
      process::ActivityCompleted{ActivityInstanceId{5}, Outcome::rejected},
      process::ActivityTerminated{ActivityInstanceId{8}},
      process::IncidentRaised{IncidentKind::step_limit, "N", "d"},
      process::IncidentResolved{"N"},
      process::InstanceCompleted{"E"},
      process::InstanceTerminated{UserId{3}, "c"},
  };
  EXPECT_EQ(hex(encode_events(events)),
            "21120102040608020d016100016202016301016403042d312e3501650401780166050a323032362d"
            "30312d3331016706010168070e016908d804016a090204016b0a120166016c0b010702016d0c0101"
            "016e0401790301740173016c04014e05014606014a014607014a080a014e090c0a0002010a0c0b0c"
            "0602017101630c0e0d0a030e100f04014e016410014e11014512060163b14860fe");
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
