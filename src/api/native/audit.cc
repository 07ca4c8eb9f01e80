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

Json line_json(const Names& names, const services::AuditLine& line) {
  Json subject = Json::object().set("kind", line.subject_kind).set("id", line.subject);
  return Json::object()
      .set("id", line.id)
      .set("at", time_json(line.at))
      .set("actor", line.actor.is_assigned() ? user_json(*names.people, line.actor) : Json(nullptr))
      .set("action", line.action)
      .set("subject", std::move(subject))
      .set("detail", line.detail)
      .set("door", line.door)
      .set("request_id", line.request_id)
      .set("remote", line.remote);
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
  CINNABAR_TRY(const auto lines,
               services::list_audit(*call.snapshot, *names.people, context, wanted));
  Json rows = Json::array();
  for (const services::AuditLine& line : lines) rows.push(line_json(names, line));
  return page_json(std::move(rows), wanted.limit, lines.empty() ? 0 : lines.back().id);
}

}  // namespace

api::Answer list_audit(const api::Call& call) {
  return answer(call, list(call));
}

}  // namespace cinnabar::native
