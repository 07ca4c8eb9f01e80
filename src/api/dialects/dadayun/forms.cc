#include "api/dialects/dadayun/forms.h"

#include "api/dialects/dadayun/body.h"
#include "api/dialects/dadayun/list_answer.h"
#include "api/dialects/dadayun/record_columns.h"
#include "api/dialects/dadayun/templates.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::dadayun {
namespace {

Error record_unknown(std::string_view id) {
  return make_error(Code::not_found, reasons::kRecordUnknown, "no such record",
                    std::string(utf8_prefix(id, 64)));
}

Result<RecordId> record_of(const Entry& entry) {
  const std::string& id = entry.call.captures.at(1);
  const auto number = from_guid(IdKind::record, id);
  if (!number) return record_unknown(id);
  return RecordId{*number};
}

struct Submission {
  const services::DeployedForm* form = nullptr;
  FieldValues fields;
  KeyOption keys = KeyOption::id;
  bool with_rights = false;
};

// In JSON the values are in InstanceData; in a form they are a JSON text in jsonFormData.
Result<Submission> read_submission(const Entry& entry, bool is_new) {
  Submission out;
  CINNABAR_TRY(out.form, find_form(entry, entry.call.captures.at(0)));
  CINNABAR_TRY(const Body body, Body::read(*entry.call.request, entry.query));
  CINNABAR_TRY(const std::string option, body.text("keyOption"));
  CINNABAR_TRY(out.keys, parse_key_option(option));
  CINNABAR_TRY(out.with_rights, body.flag("containsAuthority", true));
  CINNABAR_TRY(const bool is_submitted, body.flag("IsSubmit", true));
  if (!is_submitted) return invalid("IsSubmit", "不支持保存草稿");
  CINNABAR_TRY(Json data, body.json("InstanceData"));
  if (data.is_null()) {
    CINNABAR_TRY(data, body.json("jsonFormData"));
  }
  if (data.is_null()) return invalid("InstanceData", "不能为空");
  CINNABAR_TRY(out.fields, read_fields(*out.form->definition, data,
                                       {*entry.people, entry.call.time_zone, out.keys}));
  CINNABAR_TRY(const std::string fill, body.text("AutoFillMode"));
  const std::string mode = to_lower_ascii(trim(fill));
  // Numbers that the server gives are always given.
  if (mode.empty() || mode == "forceautocode") return out;
  if (mode != "forceempty" && mode != "forceall") {
    return invalid("AutoFillMode", "必须是空、forceempty、forceall或forceautocode");
  }
  if (!is_new) return out;
  for (const form::Field& field : out.form->definition->fields) {
    if (field.default_value.is_null()) continue;
    const auto found = out.fields.find(field.id);
    const bool is_missing = found == out.fields.end() || is_empty(found->second);
    if (is_missing || mode == "forceall") {
      out.fields.insert_or_assign(field.id, field.default_value);
    }
  }
  return out;
}

}  // namespace

Result<http::Response> list_records(Entry& entry) {
  CINNABAR_TRY(const services::DeployedForm* form, find_form(entry, entry.call.captures.at(0)));
  CINNABAR_TRY(const KeyOption keys, parse_key_option(entry.query.text("keyOption")));
  const RecordColumns columns(entry, *form, keys);
  services::RecordQuery query;
  query.form = form->id;
  CINNABAR_TRY(query.range, columns.filter(entry.query.text("filter")));
  CINNABAR_TRY(const SortKey order, columns.sort(entry.query.text("sort")));
  query.order = {order};
  CINNABAR_TRY(const auto chosen, columns.choose(entry.query.text("fields")));
  CINNABAR_TRY(const PageRequest page, read_page(entry.query));
  query.offset = page.start;
  query.limit = page.limit;
  services::RecordService& records = entry.call.services->records;
  std::optional<std::int64_t> total;
  if (page.needs_count()) {
    CINNABAR_TRY(total, records.count(*entry.call.snapshot, entry.context, query));
  }
  if (!page.wants_total) total.reset();
  ListAnswer list(entry.call);
  CINNABAR_CHECK_OK(records.each(
      *entry.call.snapshot, entry.context, query,
      [&](const services::RecordView& one) { return list.add(columns.row(one, chosen)); }));
  return list.finish(total);
}

Result<http::Response> show_record(Entry& entry) {
  CINNABAR_TRY(const services::DeployedForm* form, find_form(entry, entry.call.captures.at(0)));
  CINNABAR_TRY(const KeyOption keys, parse_key_option(entry.query.text("keyOption")));
  CINNABAR_TRY(const bool with_rights, entry.query.flag("containsAuthority", true));
  CINNABAR_TRY(const RecordId id, record_of(entry));
  CINNABAR_TRY(
      const services::RecordView view,
      entry.call.services->records.find(*entry.call.snapshot, entry.context, form->id, id));
  return answer(entry.call, 200, RecordColumns(entry, *form, keys).record(view, with_rights));
}

Result<Write> create_record(std::shared_ptr<Entry> entry) {
  CINNABAR_TRY(Submission submission, read_submission(*entry, true));
  return Write{[entry, submission = std::move(submission)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
    services::CreateRecords request;
    request.form = submission.form->id;
    request.creator = entry->context.principal.user;
    request.rows.push_back({submission.fields, std::nullopt});
    CINNABAR_TRY(const auto made, entry->call.services->records.create(transaction, entry->context,
                                                                       std::move(request)));
    if (made.front().error) return *made.front().error;
    const services::RecordView& view = *made.front().made;
    http::Response response = answer(entry->call, 201,
                                     RecordColumns(*entry, *submission.form, submission.keys)
                                         .record(view, submission.with_rights));
    response.headers.push_back(
        {"Location", entry->call.request->path + "/" + to_guid(IdKind::record, view.id.value())});
    return response;
  }};
}

Result<Write> update_record(std::shared_ptr<Entry> entry) {
  CINNABAR_TRY(Submission submission, read_submission(*entry, false));
  CINNABAR_TRY(const RecordId id, record_of(*entry));
  return Write{[entry, id, submission = std::move(submission)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY(const services::RecordView view,
                 entry->call.services->records.change(
                     transaction, entry->context, {submission.form->id, id, submission.fields}));
    return answer(entry->call, 200,
                  RecordColumns(*entry, *submission.form, submission.keys)
                      .record(view, submission.with_rights));
  }};
}

Result<Write> delete_record(std::shared_ptr<Entry> entry) {
  CINNABAR_TRY(const services::DeployedForm* form, find_form(*entry, entry->call.captures.at(0)));
  CINNABAR_TRY(const RecordId id, record_of(*entry));
  return Write{[entry, form, id](ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY(const std::int64_t count,
                 entry->call.services->records.remove(transaction, entry->context, form->id, {id}));
    if (count == 0) return record_unknown(entry->call.captures.at(1));
    http::Response response;
    response.status = 204;
    return with_request_id(entry->call, std::move(response));
  }};
}

}  // namespace cinnabar::dadayun
