// What the caller is told of and need not decide: copies, ended batches, and their receipts.
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 50;
constexpr std::int64_t kPageMax = 1'000;

Json notice_json(const Names& names, const services::NoticeRow& notice) {
  if (notice.kind == services::NoticeKind::batch_finished) {
    return Json::object()
        .set("id", notice.id.value())
        .set("kind", name(notice.kind))
        .set("batch", notice.batch)
        .set("done", notice.done)
        .set("failed", notice.failed)
        .set("created_at", time_json(notice.created_at))
        .set("read_at", notice.read_at.has_value() ? time_json(*notice.read_at) : Json(nullptr));
  }
  if (notice.kind == services::NoticeKind::record) {
    return Json::object()
        .set("id", notice.id.value())
        .set("kind", name(notice.kind))
        .set("form", form_json(*names.catalog, notice.form))
        .set("record", notice.record.value())
        .set("sent_by", user_json(*names.people, notice.sent_by))
        .set("comment", text_or_null(notice.comment))
        .set("created_at", time_json(notice.created_at))
        .set("read_at", notice.read_at.has_value() ? time_json(*notice.read_at) : Json(nullptr));
  }
  return Json::object()
      .set("id", notice.id.value())
      .set("kind", name(notice.kind))
      .set("process", process_json(*names.catalog, notice.process))
      .set("number", notice.number)
      .set("process_instance", notice.instance.value())
      .set("title", notice.title)
      .set("sent_by", user_json(*names.people, notice.sent_by))
      .set("comment", text_or_null(notice.comment))
      .set("created_at", time_json(notice.created_at))
      .set("read_at", notice.read_at.has_value() ? time_json(*notice.read_at) : Json(nullptr));
}

Result<Json> mine(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  services::NoticeQuery wanted;
  const std::string unread = query.text("unread").value_or("false");
  if (unread == "true") wanted.is_read = false;
  if (unread != "true" && unread != "false") {
    query.report("unread", api::kValueUnknown, "expected true or false");
  }
  wanted.limit = query.integer("limit", kPageDefault, 1, kPageMax);
  wanted.after = NoticeId{query.integer("after", 0, 0, kIdMax)};
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto notices, services::NoticeService::list(*call.snapshot, context, wanted));
  const Names names = names_of(call);
  Json rows = Json::array();
  for (const auto& notice : notices) rows.push(notice_json(names, notice));
  return page_json(std::move(rows), wanted.limit, notices.empty() ? 0 : notices.back().id.value());
}

Result<http::Response> read(const api::Call& call, const NamedThing& named,
                            ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto applied,
               call.services->notices.read(transaction, named.context, NoticeId{named.id}));
  if (applied.has_value()) return api::json_response(200, applied_json(names_of(call), *applied));
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace

api::Answer list_notices(const api::Call& call) {
  return answer(call, mine(call));
}

api::Answer read_notice(const api::Call& call) {
  return write_once(call, read_named(call, reasons::kNoticeUnknown, "notice"), read);
}

}  // namespace cinnabar::native
