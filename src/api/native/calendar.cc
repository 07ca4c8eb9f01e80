// The working calendar: everybody may read it, administrators set it.
#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

Result<Json> current(const api::Call& call) {
  const std::string& document = call.services->people.current()->calendar_document();
  if (document.empty()) return Json(nullptr);
  return Json::parse(document);
}

Result<Json> show(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(Json calendar, current(call));
  return Json::object().set("calendar", std::move(calendar));
}

Result<Json> set(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  const Json* calendar = body.any("calendar", api::Need::required);
  CINNABAR_CHECK_OK(body.finish());
  if (calendar->is_null()) {
    CINNABAR_CHECK_OK(call.services->directory.remove_calendar(context));
  } else {
    CINNABAR_CHECK_OK(call.services->directory.set_calendar(context, print(*calendar)));
  }
  CINNABAR_TRY(Json now, current(call));
  return Json::object().set("calendar", std::move(now));
}

}  // namespace

api::Answer show_calendar(const api::Call& call) {
  return answer(call, show(call));
}

api::Answer set_calendar(const api::Call& call) {
  return answer(call, set(call));
}

}  // namespace cinnabar::native
