// The recycle bin: records that were removed, and bringing them back.
#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/fields.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 50;
constexpr std::int64_t kPageMax = 1'000;

Json record_json(const Names& names, const services::RecordView& record) {
  return Json::object()
      .set("id", record.id.value())
      .set("form", form_json(*names.catalog, record.form))
      .set("fields", fields_json(names, record.fields))
      .set("process_instance",
           record.instance.is_assigned() ? Json(record.instance.value()) : Json(nullptr))
      .set("created_at", time_json(record.created_at));
}

Result<Json> list(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  const Names names = names_of(call);
  const auto named = query.text("form");
  const FormId form = named ? find_form(*names.catalog, *named) : FormId{};
  if (!form.is_assigned()) {
    query.report("form", reasons::kFormUnknown, "name a form: its key, application/key, or id");
  }
  const std::int64_t limit = query.integer("limit", kPageDefault, 1, kPageMax);
  const RecordId after{query.integer("after", 0, 0, kIdMax)};
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto found,
               call.services->records.removed(*call.snapshot, context, form, after, limit));
  Json rows = Json::array();
  for (const services::RemovedRecord& removed : found) {
    Json row = record_json(names, removed.record);
    row.set("removed_at", time_json(removed.removed_at))
        .set("removed_by", removed.removed_by.is_assigned()
                               ? user_json(*names.people, removed.removed_by)
                               : Json(nullptr));
    rows.push(std::move(row));
  }
  return page_json(std::move(rows), limit, found.empty() ? 0 : found.back().record.id.value());
}

Result<NamedThing> read_record(const api::Call& call) {
  CINNABAR_TRY(NamedThing named, read_named(call, reasons::kRecordUnknown, "record"));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  CINNABAR_CHECK_OK(body.finish());
  return named;
}

}  // namespace

api::Answer list_removed_records(const api::Call& call) {
  return answer(call, list(call));
}

api::Answer restore_record(const api::Call& call) {
  return write_once(call, read_record(call),
                    [](const api::Call& caller, const NamedThing& named,
                       ports::WriteTransaction& transaction) -> Result<http::Response> {
                      CINNABAR_TRY(const auto record,
                                   caller.services->records.restore(transaction, named.context,
                                                                    RecordId{named.id}));
                      return api::json_response(200, record_json(names_of(caller), record));
                    });
}

}  // namespace cinnabar::native
