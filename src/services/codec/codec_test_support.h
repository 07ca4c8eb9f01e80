// Random field values, instances and events for the tests of the codecs. Every alternative occurs.
#pragma once

#include "base/random.h"
#include "domain/process/event.h"
#include "domain/process/instance.h"

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
    switch (random_.below(18)) {
      case 0:
        return process::InstanceStarted{id<ProcessInstanceId>(), id<ProcessDefinitionId>(),
                                        id<UserId>(), instant()};
      case 1:
        return process::FieldsChanged{values(3)};
      case 2:
        return process::HeadersChanged{text(), text(), text()};
      case 3:
        return process::NodePassed{text()};
      case 4:
        return process::FlowTaken{text()};
      case 5:
        return process::JoinArrived{text(), text()};
      case 6:
        return process::JoinFired{text()};
      case 7:
        return process::ActivityActivated{id<ActivityInstanceId>(), text()};
      case 8:
        return process::WorkItemOffered{id<WorkItemId>(), id<ActivityInstanceId>(), id<UserId>(),
                                        id<GroupId>(), random_.below(2) == 1};
      case 9:
        return process::WorkItemOpened{id<WorkItemId>()};
      case 10:
        return process::WorkItemCompleted{id<WorkItemId>(), id<UserId>(), outcome(), text(),
                                          text()};
      case 11:
        return process::WorkItemSuperseded{id<WorkItemId>()};
      case 12:
        return process::ActivityCompleted{id<ActivityInstanceId>(), outcome()};
      case 13:
        return process::ActivityTerminated{id<ActivityInstanceId>()};
      case 14:
        return process::IncidentRaised{incident_kind(), text(), text()};
      case 15:
        return process::IncidentResolved{text()};
      case 16:
        return process::InstanceCompleted{text()};
      default:
        return process::InstanceTerminated{id<UserId>(), text()};
    }
  }
  std::vector<process::Event> events() {
    std::vector<process::Event> events;
    for (auto left = random_.below(12); left > 0; --left) events.push_back(event());
    return events;
  }
  process::Instance instance() {
    process::Instance instance;
    instance.id = id<ProcessInstanceId>();
    instance.definition = id<ProcessDefinitionId>();
    instance.initiator = id<UserId>();
    instance.started_at = instant();
    instance.state = static_cast<InstanceState>(1 + random_.below(4));
    instance.headers = {text(), text(), text()};
    for (auto left = random_.below(4); left > 0; --left) instance.activities.push_back(activity());
    for (auto left = random_.below(4); left > 0; --left) {
      instance.arrivals[{text(), text()}] = static_cast<std::int32_t>(1 + random_.below(1000));
    }
    for (auto left = random_.below(3); left > 0; --left) {
      instance.incidents.push_back({incident_kind(), text(), text()});
    }
    instance.history_size = static_cast<std::int64_t>(random_.below(100'000));
    return instance;
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
  Outcome outcome() { return static_cast<Outcome>(random_.below(5)); }
  IncidentKind incident_kind() { return static_cast<IncidentKind>(1 + random_.below(4)); }
  process::ActivityInstance activity() {
    process::ActivityInstance activity;
    activity.id = id<ActivityInstanceId>();
    activity.node_id = text();
    for (auto left = random_.below(4); left > 0; --left) {
      activity.work_items.push_back({id<WorkItemId>(), id<UserId>(), id<GroupId>(),
                                     static_cast<WorkItemState>(1 + random_.below(3)), outcome(),
                                     random_.below(2) == 1});
    }
    return activity;
  }

  SeededRandom random_;
};

}  // namespace cinnabar::services::codec
