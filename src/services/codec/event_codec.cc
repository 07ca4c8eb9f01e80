#include "base/assert.h"
#include "services/codec/instance_codec.h"
#include "services/codec/value_bytes.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

namespace cinnabar::services::codec {

namespace {

// The high half says what the bytes hold, the low half is the version of their layout.
constexpr std::uint8_t kEventsFormat = 0x21;

// Stored for ever: append only, never renumber.
enum class EventNumber : std::uint8_t {
  instance_started = 1,
  fields_changed = 2,
  headers_changed = 3,
  node_passed = 4,
  flow_taken = 5,
  join_arrived = 6,
  join_fired = 7,
  activity_activated = 8,
  work_item_offered = 9,
  work_item_opened = 10,
  work_item_completed = 11,
  work_item_superseded = 12,
  activity_completed = 13,
  activity_terminated = 14,
  incident_raised = 15,
  incident_resolved = 16,
  instance_completed = 17,
  instance_terminated = 18,
};

template <typename Enum>
void put_enum(Writer& out, Enum value) {
  out.put_byte(static_cast<std::uint8_t>(value));
}

struct PutEvent {
  Writer& out;

  void operator()(const process::InstanceStarted& event) const {
    put_enum(out, EventNumber::instance_started);
    out.put_id(event.instance);
    out.put_id(event.definition);
    out.put_id(event.initiator);
    out.put_signed(event.at.micros());
  }
  void operator()(const process::FieldsChanged& event) const {
    put_enum(out, EventNumber::fields_changed);
    put_values(out, event.changes);
  }
  void operator()(const process::HeadersChanged& event) const {
    put_enum(out, EventNumber::headers_changed);
    out.put_text(event.title);
    out.put_text(event.status);
    out.put_text(event.level);
  }
  void operator()(const process::NodePassed& event) const {
    put_enum(out, EventNumber::node_passed);
    out.put_text(event.node_id);
  }
  void operator()(const process::FlowTaken& event) const {
    put_enum(out, EventNumber::flow_taken);
    out.put_text(event.flow_id);
  }
  void operator()(const process::JoinArrived& event) const {
    put_enum(out, EventNumber::join_arrived);
    out.put_text(event.node_id);
    out.put_text(event.flow_id);
  }
  void operator()(const process::JoinFired& event) const {
    put_enum(out, EventNumber::join_fired);
    out.put_text(event.node_id);
  }
  void operator()(const process::ActivityActivated& event) const {
    put_enum(out, EventNumber::activity_activated);
    out.put_id(event.activity);
    out.put_text(event.node_id);
  }
  void operator()(const process::WorkItemOffered& event) const {
    put_enum(out, EventNumber::work_item_offered);
    out.put_id(event.item);
    out.put_id(event.activity);
    out.put_id(event.assignee);
    out.put_id(event.group);
    out.put_byte(event.waiting ? 1 : 0);
  }
  void operator()(const process::WorkItemOpened& event) const {
    put_enum(out, EventNumber::work_item_opened);
    out.put_id(event.item);
  }
  void operator()(const process::WorkItemCompleted& event) const {
    put_enum(out, EventNumber::work_item_completed);
    out.put_id(event.item);
    out.put_id(event.by);
    put_enum(out, event.outcome);
    out.put_text(event.quick_action);
    out.put_text(event.comment);
  }
  void operator()(const process::WorkItemSuperseded& event) const {
    put_enum(out, EventNumber::work_item_superseded);
    out.put_id(event.item);
  }
  void operator()(const process::ActivityCompleted& event) const {
    put_enum(out, EventNumber::activity_completed);
    out.put_id(event.activity);
    put_enum(out, event.outcome);
  }
  void operator()(const process::ActivityTerminated& event) const {
    put_enum(out, EventNumber::activity_terminated);
    out.put_id(event.activity);
  }
  void operator()(const process::IncidentRaised& event) const {
    put_enum(out, EventNumber::incident_raised);
    put_enum(out, event.kind);
    out.put_text(event.node_id);
    out.put_text(event.detail);
  }
  void operator()(const process::IncidentResolved& event) const {
    put_enum(out, EventNumber::incident_resolved);
    out.put_text(event.node_id);
  }
  void operator()(const process::InstanceCompleted& event) const {
    put_enum(out, EventNumber::instance_completed);
    out.put_text(event.node_id);
  }
  void operator()(const process::InstanceTerminated& event) const {
    put_enum(out, EventNumber::instance_terminated);
    out.put_id(event.by);
    out.put_text(event.comment);
  }
};

std::string get_string(Reader& in) {
  return std::string{in.get_text()};
}

Outcome get_outcome(Reader& in) {
  return in.get_enum(Outcome::none, Outcome::returned);
}

// Members of a braced list are read in the order they are written, which the standard guarantees.
process::Event get_event(Reader& in) {
  switch (in.get_enum(EventNumber::instance_started, EventNumber::instance_terminated)) {
    case EventNumber::instance_started:
      return process::InstanceStarted{in.get_id<ProcessInstanceId>(),
                                      in.get_id<ProcessDefinitionId>(), in.get_id<UserId>(),
                                      Instant{in.get_signed()}};
    case EventNumber::fields_changed:
      return process::FieldsChanged{get_values(in)};
    case EventNumber::headers_changed:
      return process::HeadersChanged{get_string(in), get_string(in), get_string(in)};
    case EventNumber::node_passed:
      return process::NodePassed{get_string(in)};
    case EventNumber::flow_taken:
      return process::FlowTaken{get_string(in)};
    case EventNumber::join_arrived:
      return process::JoinArrived{get_string(in), get_string(in)};
    case EventNumber::join_fired:
      return process::JoinFired{get_string(in)};
    case EventNumber::activity_activated:
      return process::ActivityActivated{in.get_id<ActivityInstanceId>(), get_string(in)};
    case EventNumber::work_item_offered:
      return process::WorkItemOffered{in.get_id<WorkItemId>(), in.get_id<ActivityInstanceId>(),
                                      in.get_id<UserId>(), in.get_id<GroupId>(), in.get_bool()};
    case EventNumber::work_item_opened:
      return process::WorkItemOpened{in.get_id<WorkItemId>()};
    case EventNumber::work_item_completed:
      return process::WorkItemCompleted{in.get_id<WorkItemId>(), in.get_id<UserId>(),
                                        get_outcome(in), get_string(in), get_string(in)};
    case EventNumber::work_item_superseded:
      return process::WorkItemSuperseded{in.get_id<WorkItemId>()};
    case EventNumber::activity_completed:
      return process::ActivityCompleted{in.get_id<ActivityInstanceId>(), get_outcome(in)};
    case EventNumber::activity_terminated:
      return process::ActivityTerminated{in.get_id<ActivityInstanceId>()};
    case EventNumber::incident_raised:
      return process::IncidentRaised{
          in.get_enum(IncidentKind::no_participant, IncidentKind::step_limit), get_string(in),
          get_string(in)};
    case EventNumber::incident_resolved:
      return process::IncidentResolved{get_string(in)};
    case EventNumber::instance_completed:
      return process::InstanceCompleted{get_string(in)};
    case EventNumber::instance_terminated:
      return process::InstanceTerminated{in.get_id<UserId>(), get_string(in)};
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace

std::string encode_events(std::span<const process::Event> events) {
  Writer out{kEventsFormat};
  out.put_size(events.size());
  for (const process::Event& event : events) std::visit(PutEvent{out}, event);
  return std::move(out).seal();
}

Result<std::vector<process::Event>> decode_events(std::string_view bytes) {
  Reader in{bytes, kEventsFormat};
  const std::size_t count = in.get_count();
  std::vector<process::Event> events;
  events.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) events.push_back(get_event(in));
  if (in.is_complete()) return events;
  return make_error(Code::data_loss, reasons::kStorageCorrupt,
                    fmt::format("{} bytes are no events of format {:#x}", bytes.size(),
                                static_cast<unsigned>(kEventsFormat)));
}

}  // namespace cinnabar::services::codec
