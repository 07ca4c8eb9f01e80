#include "services/codec/instance_codec.h"

#include "services/codec/bytes.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

namespace cinnabar::services::codec {

namespace {

// The high half says what the bytes hold, the low half is the version of their layout.
constexpr std::uint8_t kInstanceFormat = 0x11;

template <typename Enum>
void put_enum(Writer& out, Enum value) {
  out.put_byte(static_cast<std::uint8_t>(value));
}

void put_work_item(Writer& out, const process::WorkItem& item) {
  out.put_id(item.id);
  out.put_id(item.assignee);
  out.put_id(item.group);
  put_enum(out, item.state);
  put_enum(out, item.outcome);
  out.put_byte(item.waiting ? 1 : 0);
}

process::WorkItem get_work_item(Reader& in) {
  process::WorkItem item;
  item.id = in.get_id<WorkItemId>();
  item.assignee = in.get_id<UserId>();
  item.group = in.get_id<GroupId>();
  item.state = in.get_enum(WorkItemState::open, WorkItemState::superseded);
  item.outcome = in.get_enum(Outcome::none, Outcome::returned);
  item.waiting = in.get_bool();
  return item;
}

void put_activity(Writer& out, const process::ActivityInstance& activity) {
  out.put_id(activity.id);
  out.put_text(activity.node_id);
  out.put_size(activity.work_items.size());
  for (const process::WorkItem& item : activity.work_items) put_work_item(out, item);
}

process::ActivityInstance get_activity(Reader& in) {
  process::ActivityInstance activity;
  activity.id = in.get_id<ActivityInstanceId>();
  activity.node_id = in.get_text();
  const std::size_t count = in.get_count();
  activity.work_items.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    activity.work_items.push_back(get_work_item(in));
  }
  return activity;
}

void put_arrivals(Writer& out, const process::Arrivals& arrivals) {
  out.put_size(arrivals.size());
  for (const auto& [key, count] : arrivals) {
    out.put_text(key.first);
    out.put_text(key.second);
    out.put_signed(count);
  }
}

process::Arrivals get_arrivals(Reader& in) {
  process::Arrivals arrivals;
  const std::size_t size = in.get_count();
  for (std::size_t i = 0; i < size && !in.has_failed(); ++i) {
    std::string node{in.get_text()};
    std::string flow{in.get_text()};
    const std::int64_t count = in.get_signed();
    if (count < 1 || count > INT32_MAX) in.fail();
    auto key = std::make_pair(std::move(node), std::move(flow));
    // Keys were written in order, so each belongs at the end and none comes twice.
    if (!arrivals.empty() && key <= arrivals.rbegin()->first) in.fail();
    arrivals.emplace_hint(arrivals.end(), std::move(key), static_cast<std::int32_t>(count));
  }
  return arrivals;
}

void put_incidents(Writer& out, const std::vector<process::Incident>& incidents) {
  out.put_size(incidents.size());
  for (const process::Incident& incident : incidents) {
    put_enum(out, incident.kind);
    out.put_text(incident.node_id);
    out.put_text(incident.detail);
  }
}

std::vector<process::Incident> get_incidents(Reader& in) {
  std::vector<process::Incident> incidents;
  const std::size_t count = in.get_count();
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    process::Incident incident;
    incident.kind = in.get_enum(IncidentKind::no_participant, IncidentKind::step_limit);
    incident.node_id = in.get_text();
    incident.detail = in.get_text();
    incidents.push_back(std::move(incident));
  }
  return incidents;
}

}  // namespace

std::string encode_instance(const process::Instance& instance) {
  Writer out{kInstanceFormat};
  out.put_id(instance.id);
  out.put_id(instance.definition);
  out.put_id(instance.initiator);
  out.put_signed(instance.started_at.micros());
  put_enum(out, instance.state);
  out.put_text(instance.headers.title);
  out.put_text(instance.headers.status);
  out.put_text(instance.headers.level);
  out.put_size(instance.activities.size());
  for (const process::ActivityInstance& activity : instance.activities) put_activity(out, activity);
  put_arrivals(out, instance.arrivals);
  put_incidents(out, instance.incidents);
  out.put_signed(instance.history_size);
  return std::move(out).seal();
}

Result<process::Instance> decode_instance(std::string_view bytes) {
  Reader in{bytes, kInstanceFormat};
  process::Instance instance;
  instance.id = in.get_id<ProcessInstanceId>();
  instance.definition = in.get_id<ProcessDefinitionId>();
  instance.initiator = in.get_id<UserId>();
  instance.started_at = Instant{in.get_signed()};
  instance.state = in.get_enum(InstanceState::running, InstanceState::suspended);
  instance.headers.title = in.get_text();
  instance.headers.status = in.get_text();
  instance.headers.level = in.get_text();
  const std::size_t count = in.get_count();
  instance.activities.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    instance.activities.push_back(get_activity(in));
  }
  instance.arrivals = get_arrivals(in);
  instance.incidents = get_incidents(in);
  instance.history_size = in.get_signed();
  if (in.is_complete()) return instance;
  return make_error(Code::data_loss, reasons::kStorageCorrupt,
                    fmt::format("{} bytes are no instance of format {:#x}", bytes.size(),
                                static_cast<unsigned>(kInstanceFormat)));
}

}  // namespace cinnabar::services::codec
