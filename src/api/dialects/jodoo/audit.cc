#include "api/dialects/jodoo/audit.h"

#include "api/common/utc_text.h"
#include "api/dialects/jodoo/contacts.h"
#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/gateway.h"
#include "services/audit_log.h"

#include <algorithm>
#include <array>

namespace cinnabar::jodoo {
namespace {

using api::Lane;

constexpr std::int64_t kPageMax = 200;
constexpr Duration kWindowMax = hours(31 * 24);
constexpr std::size_t kFilterIdsMax = 100;

// An event is named after what it is done to and the action: "user.create".
struct Event {
  std::string_view kind;
  std::string_view action;
};
constexpr std::array kPlatform{
    Event{"user", "create"},         Event{"user", "update"},
    Event{"user", "disable"},        Event{"user", "enable"},
    Event{"user", "delete"},         Event{"user", "set_absence"},
    Event{"user", "set_password"},   Event{"users", "import"},
    Event{"department", "create"},   Event{"department", "update"},
    Event{"department", "delete"},   Event{"department", "set_heads"},
    Event{"departments", "import"},  Event{"role_group", "create"},
    Event{"role_group", "update"},   Event{"role_group", "delete"},
    Event{"role", "create"},         Event{"role", "update"},
    Event{"role", "delete"},         Event{"role", "add_members"},
    Event{"role", "remove_members"}, Event{"directory", "import_directory"},
    Event{"calendar", "update"},     Event{"calendar", "delete"},
    Event{"client", "place_client"}, Event{"client", "remove_client"},
    Event{"token", "create_token"},  Event{"token", "revoke_token"},
};
constexpr std::array kAppBuilder{
    Event{"application", "deploy"}, Event{"process", "switch"},     Event{"webhook", "create"},
    Event{"webhook", "change"},     Event{"webhook", "switch_off"}, Event{"webhook", "remove"},
};
constexpr std::array kLogin{Event{"session", "sign_in"}, Event{"session", "sign_out"}};
struct Domain {
  std::string_view name;
  std::span<const Event> events;
};
constexpr std::array kDomains{Domain{"login", kLogin}, Domain{"platform", kPlatform},
                              Domain{"app_builder", kAppBuilder}};

std::string type_of(std::string_view kind, std::string_view action) {
  return std::string(kind) + "." + std::string(action);
}

Error malformed(std::string message) {
  return fail(codes::kInvalidPlatformParameter, std::move(message));
}

Result<const Domain*> read_domain(const Entry& entry) {
  CINNABAR_TRY(const std::string name, required_text(entry, "domain"));
  for (const Domain& domain : kDomains) {
    if (domain.name == name) return &domain;
  }
  return malformed("domain is login, platform or app_builder.");
}

// A text with or without a zone, or milliseconds since 1970.
Result<Instant> read_time(const Entry& entry, const Json& range, std::string_view name) {
  const Json* value = range.find(name);
  if (value != nullptr) {
    if (const std::string* text = value->as_string()) {
      if (const auto at = parse_instant(*text, entry.time_zone)) return *at;
    } else if (const auto millis = value->as_int()) {
      constexpr std::int64_t kYear10000 = 253'402'300'800'000;
      if (*millis >= 0 && *millis < kYear10000) return Instant{*millis * 1000};
    }
  }
  return malformed("time_range." + std::string(name) + " is no time.");
}

Status read_range(const Entry& entry, services::AuditQuery& query) {
  const Json* range = member(entry, "time_range");
  if (range == nullptr || !range->is_object()) return malformed("time_range is missing.");
  CINNABAR_TRY(const Instant start, read_time(entry, *range, "start"));
  CINNABAR_TRY(const Instant end, read_time(entry, *range, "end"));
  if (end < start) return malformed("time_range ends before it starts.");
  if (end - start > kWindowMax) return malformed("time_range is longer than 31 days.");
  query.from = start;
  query.until = end;
  return {};
}

Result<std::vector<std::string>> texts(const Json* value, std::string_view name) {
  std::vector<std::string> out;
  if (value == nullptr || value->is_null()) return out;
  const Json::Array* list = value->as_array();
  if (list == nullptr || list->size() > kFilterIdsMax) {
    return malformed(std::string(name) + " is a list of at most 100 texts.");
  }
  for (const Json& one : *list) {
    const std::string* text = one.as_string();
    if (text == nullptr) return malformed(std::string(name) + " is a list of texts.");
    out.push_back(*text);
  }
  return out;
}

Status read_events(const Entry& entry, const Domain& domain, services::AuditQuery& query) {
  CINNABAR_TRY(const auto types, texts(member(entry, "event_types"), "event_types"));
  std::size_t known = 0;
  for (const Event& event : domain.events) {
    const bool is_meant =
        std::ranges::find(types, type_of(event.kind, event.action)) != types.end();
    if (!types.empty() && !is_meant) continue;
    query.events.push_back({std::string(event.kind), std::string(event.action)});
    ++known;
  }
  if (known == 0 || (!types.empty() && known < types.size())) {
    return malformed("event_types has one that the domain does not have.");
  }
  return {};
}

Result<bool> may_see_all(const Entry& entry) {
  CINNABAR_CHECK_OK(check_app(entry, {}));
  return true;
}

// False when the filters leave nothing.
Result<bool> read_filters(const Entry& entry, const Domain& domain, services::AuditQuery& query) {
  const Json* filters = member(entry, "filters");
  // A key for some apps alone has to name them.
  if (filters == nullptr) return may_see_all(entry);
  if (!filters->is_object()) return malformed("filters is an object.");
  CINNABAR_TRY(const auto actors, texts(filters->find("actor_ids"), "filters.actor_ids"));
  for (const std::string& name : actors) {
    CINNABAR_TRY(const UserId user, find_member(*entry.people, name));
    query.actors.push_back(user);
  }
  CINNABAR_TRY(const auto apps, texts(filters->find("app_ids"), "filters.app_ids"));
  if (apps.empty()) return may_see_all(entry);
  if (domain.name != "app_builder") return malformed("app_ids are for the domain app_builder.");
  // Of an application's own events: others do not say which application they are about.
  std::erase_if(query.events,
                [](const auto& event) { return event.subject_kind != "application"; });
  for (const std::string& app : apps) {
    CINNABAR_CHECK_OK(check_app(entry, app));
    if (const auto id = find_app(*entry.catalog, app)) query.subjects.push_back(id->value());
  }
  return !query.subjects.empty() && !query.events.empty();
}

Json item_json(const Entry& entry, std::string_view domain, const services::AuditLine& one) {
  return Json::object()
      .set("event_id", to_hex24(one.id))
      .set("event_time", api::to_utc_millis(one.at))
      .set("event_type", type_of(one.subject_kind, one.action))
      .set("domain", domain)
      .set("tenant", Json::object())
      .set("actor", one.actor.is_assigned() ? member_json(*entry.people, one.actor) : Json())
      .set("event", Json::object().set("action", one.action).set("ip", one.remote))
      .set("resource", Json::object()
                           .set("type", one.subject_kind)
                           .set("id", one.subject == 0 ? Json() : Json(to_hex24(one.subject))))
      .set("detail", Json::object().set("text", one.detail));
}

Result<Json> list_domains(Entry&) {
  Json domains = Json::array();
  for (const Domain& domain : kDomains) {
    Json types = Json::array();
    for (const Event& event : domain.events) types.push(type_of(event.kind, event.action));
    domains.push(Json::object().set("domain", domain.name).set("event_types", std::move(types)));
  }
  return std::move(Json::object().set("domains", std::move(domains)));
}

Result<Json> list_events(Entry& entry) {
  CINNABAR_TRY(const Domain* domain, read_domain(entry));
  services::AuditQuery query;
  CINNABAR_CHECK_OK(read_range(entry, query));
  CINNABAR_CHECK_OK(read_events(entry, *domain, query));
  CINNABAR_TRY(const bool is_possible, read_filters(entry, *domain, query));
  CINNABAR_TRY(const std::int64_t most, limit(entry, kPageMax, kPageMax));
  CINNABAR_TRY(const std::string cursor, optional_text(entry, "cursor"));
  if (!cursor.empty()) {
    const auto after = from_hex24(cursor);
    if (!after) return malformed("cursor is none of this list.");
    query.after = *after;
  }
  query.limit = most + 1;
  std::vector<services::AuditLine> found;
  if (is_possible) {
    CINNABAR_TRY(found, services::list_audit(*entry.snapshot, *entry.people, entry.context, query));
  }
  const bool has_more = found.size() > static_cast<std::size_t>(most);
  if (has_more) found.pop_back();
  Json items = Json::array();
  for (const services::AuditLine& one : found) items.push(item_json(entry, domain->name, one));
  return std::move(Json::object()
                       .set("has_more", has_more)
                       .set("cursor", has_more ? to_hex24(found.back().id) : std::string())
                       .set("items", std::move(items)));
}

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/audit_log/domains",
     Lane::read,
     reading<30, list_domains>,
     {"What is written down", R"({})",
      R"({"domains": [{"domain": "app_builder", "event_types": ["application.deploy"]}]})"}},
    {"POST",
     "/api/{version}/audit_log/list",
     Lane::read,
     reading<30, list_events>,
     {"Who did what, the newest first",
      R"({"domain": "platform", "time_range": {"start": "2026-01-01", "end": "2026-01-31"}})",
      R"({"has_more": false, "cursor": "", "items": [{"event_type": "user.create"}]})"}},
};

}  // namespace

std::span<const api::Route> audit_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
