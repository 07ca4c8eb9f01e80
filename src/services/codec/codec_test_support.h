// Random field values, instances and events for the tests of the codecs. Every alternative occurs.
#pragma once

#include "base/random.h"
#include "domain/process/event.h"
#include "domain/process/instance.h"
#include "services/codec/aggregate_bytes.h"

#include <cstdlib>
#include <string>
#include <vector>

namespace cinnabar::services::codec {

class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  SeededRandom& random() { return random_; }
  std::string text() {
    static constexpr const char* kPieces[] = {"a",  "Z",  "0", "\n", "\"",
                                              "\\", "審", "é", "😀", "$"};
    std::string text;
    for (auto left = random_.below(9); left > 0; --left) text += kPieces[random_.below(10)];
    return text;
  }
  template <typename Id>
  Id id() {
    return Id{static_cast<std::int64_t>(random_.next() >> (11 + random_.below(53)))};
  }
  Instant instant() {
    const auto bits = static_cast<std::int64_t>(random_.next());
    return Instant{bits >> random_.below(63)};
  }
  FieldValue value(int depth) {
    switch (random_.below(depth > 0 ? 12 : 10)) {
      case 0:
        return FieldValue{};
      case 1:
        return FieldValue{random_.below(2) == 1};
      case 2:
        return FieldValue{decimal()};
      case 3:
        return FieldValue{CalendarDate{random_.below(2) == 1 ? "2026-02-28" : "0001-01-01"}};
      case 4:
        return FieldValue{instant()};
      case 5:
        return FieldValue{UserRef{id<UserId>()}};
      case 6:
        return FieldValue{GroupRef{id<GroupId>()}};
      case 7:
        return FieldValue{AssigneeRef{id<GroupId>(), id<UserId>()}};
      case 8:
        return FieldValue{FileRef{id<AttachmentId>(), text()}};
      case 9:
        return FieldValue{text()};
      case 10:
        return FieldValue{list(depth)};
      default:
        return FieldValue{table(depth)};
    }
  }
  FieldValues values(int depth) {
    FieldValues values;
    for (auto left = random_.below(5); left > 0; --left) values[text()] = value(depth);
    return values;
  }
  process::Event event() {
    return event_of(random_.below(std::variant_size_v<process::Event>),
                    std::make_index_sequence<std::variant_size_v<process::Event>>{});
  }
  std::vector<process::Event> events() {
    std::vector<process::Event> events;
    for (auto left = random_.below(12); left > 0; --left) events.push_back(event());
    return events;
  }
  process::Instance instance() {
    process::Instance instance;
    fill(instance);
    instance.fields.clear();
    for (auto& [key, count] : instance.arrivals) count = 1 + std::abs(count % 1000);
    return instance;
  }
  expr::Value variable(int depth) {
    using expr::Value;
    switch (random_.below(depth > 0 ? 16 : 13)) {
      case 0:
        return Value{};
      case 1:
        return Value{random_.below(2) == 1};
      case 2:
        return Value{decimal()};
      case 3:
        return Value{text()};
      case 4:
        return Value{expr::Date{number(), month(), day()}};
      case 5:
        return Value{time()};
      case 6:
        return Value{expr::DateTime{number(), month(), day(), time()}};
      case 7:
        return Value{expr::MonthsDuration{number()}};
      case 8:
        return Value{Duration{instant().micros()}};
      case 9:
        return Value{UserRef{id<UserId>()}};
      case 10:
        return Value{GroupRef{id<GroupId>()}};
      case 11:
        return Value{AssigneeRef{id<GroupId>(), id<UserId>()}};
      case 12:
        return Value{FileRef{id<AttachmentId>(), text()}};
      case 13:
        return Value{variables(depth)};
      case 14:
        return Value{context(depth)};
      default:
        return Value{Value::Range{variable(depth - 1), variable(depth - 1), random_.below(2) == 1,
                                  random_.below(2) == 1}};
    }
  }

 private:
  Decimal decimal() {
    static constexpr const char* kDecimals[] = {"0",    "-1",       "19.99",
                                                "1E20", "0.000001", "123456789"};
    return Decimal::parse(kDecimals[random_.below(6)]).value();
  }
  FieldValue::List list(int depth) {
    FieldValue::List list;
    for (auto left = random_.below(4); left > 0; --left) list.push_back(value(depth - 1));
    return list;
  }
  FieldValue::Table table(int depth) {
    FieldValue::Table table;
    for (auto left = random_.below(4); left > 0; --left) table.push_back(values(depth - 1));
    return table;
  }
  std::int32_t number() { return static_cast<std::int32_t>(random_.next() >> random_.below(33)); }
  std::int32_t month() { return static_cast<std::int32_t>(1 + random_.below(12)); }
  std::int32_t day() { return static_cast<std::int32_t>(1 + random_.below(31)); }
  expr::TimeOfDay time() {
    expr::TimeOfDay time;
    time.micros = static_cast<std::int64_t>(random_.below(86'400'000'000));
    if (random_.below(2) == 1) {
      time.offset_seconds = static_cast<std::int32_t>(random_.below(172'801)) - 86'400;
    } else {
      time.zone = text();
    }
    return time;
  }
  expr::Value::List variables(int depth) {
    expr::Value::List list;
    for (auto left = random_.below(4); left > 0; --left) list.push_back(variable(depth - 1));
    return list;
  }
  expr::Value::Context context(int depth) {
    expr::Value::Context context;
    for (auto left = random_.below(4); left > 0; --left) {
      context.emplace_back(std::to_string(left) + text(), variable(depth - 1));
    }
    return context;
  }

  template <std::size_t... kIndexes>
  process::Event event_of(std::uint64_t index, std::index_sequence<kIndexes...>) {
    process::Event event;
    const auto make = [&]<std::size_t kIndex>() {
      if (kIndex == index) fill(event.emplace<kIndex>());
    };
    (make.template operator()<kIndexes>(), ...);
    return event;
  }

  // Fills any plain aggregate, so that a new member is tested the day it comes.
  template <typename T>
  void fill(T& value) {
    if constexpr (RuntimeId<T>) {
      value = id<T>();
    } else if constexpr (std::same_as<T, bool>) {
      value = random_.below(2) == 1;
    } else if constexpr (std::is_enum_v<T>) {
      const auto first = static_cast<std::uint64_t>(EnumRange<T>::first);
      value = static_cast<T>(
          first + random_.below(static_cast<std::uint64_t>(EnumRange<T>::last) - first + 1));
    } else if constexpr (std::signed_integral<T>) {
      value = static_cast<T>(random_.next() >> random_.below(63));
    } else if constexpr (std::same_as<T, std::string>) {
      value = text();
    } else if constexpr (std::same_as<T, Instant> || std::same_as<T, Duration>) {
      value = T{instant().micros()};
    } else if constexpr (std::same_as<T, FieldValues>) {
      value = values(3);
    } else if constexpr (std::same_as<T, expr::Value>) {
      value = variable(3);
    } else if constexpr (kIsInstanceOf<T, std::optional>) {
      if (random_.below(2) == 1) fill(value.emplace());
    } else if constexpr (kIsInstanceOf<T, std::vector>) {
      for (auto left = random_.below(4); left > 0; --left) fill(value.emplace_back());
    } else if constexpr (kIsInstanceOf<T, std::map>) {
      for (auto left = random_.below(4); left > 0; --left) {
        typename T::key_type key;
        fill(key);
        fill(value[key]);
      }
    } else if constexpr (kIsInstanceOf<T, std::pair> || kIsInstanceOf<T, std::tuple>) {
      std::apply([&](auto&... parts) { (fill(parts), ...); }, value);
    } else {
      boost::pfr::for_each_field(value, [&](auto& member) { fill(member); });
    }
  }

  SeededRandom random_;
};

}  // namespace cinnabar::services::codec
