// Who did what, for administrators.
#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "services/audit_log.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 100;
constexpr std::int64_t kPageMax = 1'000;

std::optional<Instant> read_time(api::StrictQuery& query, std::string_view name,
                                 UtcOffset time_zone) {
  const auto text = query.text(name);
  if (!text) return std::nullopt;
  const auto at = parse_instant(*text, time_zone);
  if (!at) query.report(name, api::kValueUnknown, "expected a date, or a date and time");
  return at;
}

Json entry_json(const Names& names, const services::AuditEntry& entry) {
  Json subject = Json::object().set("kind", entry.subject_kind).set("id", entry.subject);
  return Json::object()
      .set("id", entry.id)
      .set("at", time_json(entry.at))
      .set("actor",
           entry.actor.is_assigned() ? user_json(*names.people, entry.actor) : Json(nullptr))
      .set("action", entry.action)
      .set("subject", std::move(subject))
      .set("detail", entry.detail)
      .set("door", entry.door)
      .set("request_id", entry.request_id)
      .set("remote", entry.remote);
}

Result<Json> list(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  const Names names = names_of(call);
  services::AuditQuery wanted;
  wanted.from = read_time(query, "since", call.time_zone);
  wanted.until = read_time(query, "until", call.time_zone);
  const auto kind = query.text("kind");
  const auto action = query.text("action");
  if (kind) {
    wanted.events.push_back({*kind, action.value_or("")});
  } else if (action) {
    query.report("action", api::kValueUnknown, "an action needs the kind that it is done to");
  }
  if (const auto actor = query.text("actor")) {
    if (const auto user = names.people->find_user(*actor)) {
      wanted.actors.push_back(*user);
    } else {
      query.report("actor", reasons::kUserUnknown, "no such user");
    }
  }
  wanted.limit = query.integer("limit", kPageDefault, 1, kPageMax);
  wanted.after = query.integer("after", 0, 0, kIdMax);
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto entries,
               services::list_audit(*call.snapshot, *names.people, context, wanted));
  Json rows = Json::array();
  for (const services::AuditEntry& entry : entries) rows.push(entry_json(names, entry));
  return page_json(std::move(rows), wanted.limit, entries.empty() ? 0 : entries.back().id);
}

}  // namespace

api::Answer list_audit(const api::Call& call) {
  return answer(call, list(call));
}

}  // namespace cinnabar::native
