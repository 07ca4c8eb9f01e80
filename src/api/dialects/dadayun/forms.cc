#include "api/dialects/dadayun/forms.h"

#include "api/dialects/dadayun/body.h"
#include "api/dialects/dadayun/list_answer.h"
#include "api/dialects/dadayun/record_columns.h"
#include "api/dialects/dadayun/templates.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>

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
  bool is_submitted = true;  // else a draft
};

// In JSON the values are in InstanceData; in a form they are a JSON text in jsonFormData.
Result<Submission> read_submission(const Entry& entry, bool is_new) {
  Submission out;
  CINNABAR_TRY(out.form, find_form(entry, entry.call.captures.at(0)));
  CINNABAR_TRY(const Body body, Body::read(*entry.call.request, entry.query));
  CINNABAR_TRY(const std::string option, body.text("keyOption"));
  CINNABAR_TRY(out.keys, parse_key_option(option));
  CINNABAR_TRY(out.with_rights, body.flag("containsAuthority", true));
  CINNABAR_TRY(out.is_submitted, body.flag("IsSubmit", true));
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

// Not of a record: that is nobody's draft any more.
Result<std::optional<services::RecordView>> find_draft(const Entry& entry,
                                                       ports::ReadTransaction& snapshot,
                                                       FormId form, RecordId id) {
  auto draft = services::DraftService::find(snapshot, entry.context, form, id);
  if (draft) return std::optional{std::move(*draft)};
  if (draft.error().code == Code::not_found) return std::optional<services::RecordView>{};
  return std::move(draft).error();
}

Result<services::RecordView> create(const Entry& entry, ports::WriteTransaction& transaction,
                                    const Submission& submission) {
  const services::Services& services = *entry.call.services;
  if (!submission.is_submitted) {
    return services.drafts.save(transaction, entry.context, submission.form->id, submission.fields);
  }
  services::CreateRecords request;
  request.form = submission.form->id;
  request.creator = entry.context.principal.user;
  request.rows.push_back({submission.fields, std::nullopt});
  CINNABAR_TRY(auto made, services.records.create(transaction, entry.context, std::move(request)));
  if (made.front().error) return std::move(*made.front().error);
  return std::move(*made.front().made);
}

Result<services::RecordView> update(const Entry& entry, ports::WriteTransaction& transaction,
                                    const Submission& submission, RecordId id) {
  const services::Services& services = *entry.call.services;
  const services::ChangeRecord request{submission.form->id, id, submission.fields};
  CINNABAR_TRY(const auto draft, find_draft(entry, transaction, request.form, id));
  if (draft && submission.is_submitted) {
    return services.drafts.submit(transaction, entry.context, request);
  }
  if (draft) return services.drafts.change(transaction, entry.context, request);
  CINNABAR_TRY(auto changed, services.records.change(transaction, entry.context, request));
  if (!submission.is_submitted) return invalid("IsSubmit", "已提交的数据不能改为草稿");
  return changed;
}

// The caller's own, which are few.
Result<http::Response> list_drafts(Entry& entry, const services::RecordQuery& query,
                                   const RecordColumns& columns,
                                   const std::vector<std::string>& chosen,
                                   const PageRequest& page) {
  const SortKey key = query.order_field == nullptr ? query.order.front() : SortKey{};
  namespace stored = services::record_columns;
  const bool is_sortable = query.order_field == nullptr && key.column != stored::created_by;
  if (!is_sortable) return invalid("sort", "草稿列表只支持按Id、CreateTime、ModifyTime排序");
  CINNABAR_TRY(auto drafts,
               services::DraftService::list(*entry.call.snapshot, entry.context, query.form));
  std::ranges::stable_sort(drafts, [&key](const auto& left, const auto& right) {
    const auto value = [&key](const services::RecordView& view) {
      if (key.column == stored::id) return view.id.value();
      const bool is_made = key.column == stored::created_at;
      return (is_made ? view.created_at : view.updated_at).micros();
    };
    return key.descending ? value(right) < value(left) : value(left) < value(right);
  });
  ListAnswer list(entry.call);
  const auto total = std::ssize(drafts);
  const std::int64_t first = std::min<std::int64_t>(page.start, total);
  const std::int64_t count = std::min(page.limit, total - first);
  for (std::int64_t i = first; i < first + count; ++i) {
    CINNABAR_CHECK_OK(list.add(columns.row(drafts[static_cast<std::size_t>(i)], chosen)));
  }
  return list.finish(page.wants_total ? std::optional<std::int64_t>{total} : std::nullopt);
}

}  // namespace

Result<http::Response> list_records(Entry& entry) {
  CINNABAR_TRY(const services::DeployedForm* form, find_form(entry, entry.call.captures.at(0)));
  CINNABAR_TRY(const KeyOption keys, parse_key_option(entry.query.text("keyOption")));
  const RecordColumns columns(entry, *form, keys);
  services::RecordQuery query;
  query.form = form->id;
  CINNABAR_TRY(auto filter, columns.filter(entry.query.text("filter")));
  query.range = std::move(filter.node);
  CINNABAR_CHECK_OK(columns.sort(entry.query.text("sort"), query));
  CINNABAR_TRY(const auto chosen, columns.choose(entry.query.text("fields")));
  CINNABAR_TRY(const PageRequest page, read_page(entry.query));
  if (filter.wants_drafts) return list_drafts(entry, query, columns, chosen, page);
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
  const RecordColumns columns(entry, *form, keys);
  CINNABAR_TRY(const auto draft, find_draft(entry, *entry.call.snapshot, form->id, id));
  if (draft) return answer(entry.call, 200, columns.record(*draft, with_rights));
  CINNABAR_TRY(
      const services::RecordView view,
      entry.call.services->records.find(*entry.call.snapshot, entry.context, form->id, id));
  return answer(entry.call, 200, columns.record(view, with_rights));
}

Result<Write> create_record(std::shared_ptr<Entry> entry) {
  CINNABAR_TRY(Submission submission, read_submission(*entry, true));
  return Write{[entry, submission = std::move(submission)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY(const services::RecordView view, create(*entry, transaction, submission));
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
    CINNABAR_TRY(const services::RecordView view, update(*entry, transaction, submission, id));
    return answer(entry->call, 200,
                  RecordColumns(*entry, *submission.form, submission.keys)
                      .record(view, submission.with_rights));
  }};
}

Result<Write> delete_record(std::shared_ptr<Entry> entry) {
  CINNABAR_TRY(const services::DeployedForm* form, find_form(*entry, entry->call.captures.at(0)));
  CINNABAR_TRY(const RecordId id, record_of(*entry));
  return Write{[entry, form, id](ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY(const auto draft, find_draft(*entry, transaction, form->id, id));
    if (draft) {
      CINNABAR_CHECK_OK(
          entry->call.services->drafts.remove(transaction, entry->context, form->id, id));
    } else {
      CINNABAR_TRY(const std::int64_t count, entry->call.services->records.remove(
                                                 transaction, entry->context, form->id, {id}));
      if (count == 0) return record_unknown(entry->call.captures.at(1));
    }
    http::Response response;
    response.status = 204;
    return with_request_id(entry->call, std::move(response));
  }};
}

}  // namespace cinnabar::dadayun
