#include "services/draft_service.h"

#include "domain/form/validate.h"
#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/instance_access.h"
#include "services/record_rows.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <utility>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::record_draft;

Result<ports::Row> own_row(ports::ReadTransaction& snapshot, const CallContext& context,
                           FormId form, RecordId draft) {
  CINNABAR_TRY(auto row, snapshot.get(columns::kTable, {cell(draft)}));
  const bool is_own = row && id_of<FormId>(*row, columns::form_id) == form &&
                      id_of<UserId>(*row, columns::created_by) == context.principal.user;
  if (is_own) return std::move(*row);
  return make_error(Code::not_found, reasons::kRecordUnknown, "no such draft",
                    std::to_string(draft.value()));
}

Result<RecordView> view_of(const ports::Row& row) {
  RecordView view;
  view.id = id_of<RecordId>(row, columns::id);
  view.form = id_of<FormId>(row, columns::form_id);
  view.is_draft = true;
  CINNABAR_TRY(view.fields, codec::decode_fields(text_of(row, columns::data)));
  view.created_by = id_of<UserId>(row, columns::created_by);
  view.created_at = instant_of(row, columns::created_at);
  view.updated_at = instant_of(row, columns::updated_at);
  return view;
}

ports::Select own_drafts(const CallContext& context, FormId form) {
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of({where_equal(columns::created_by, cell(context.principal.user)),
                          where_equal(columns::form_id, cell(form))});
  return select;
}

// limit_exceeded for one that is too large.
Result<std::string> encode(const FieldValues& fields) {
  std::string data = codec::encode_fields(fields);
  if (data.size() <= limits::kRecordBytesMax) return data;
  return make_error(
      Code::invalid_argument, reasons::kLimitExceeded,
      "the draft is larger than " + std::to_string(limits::kRecordBytesMax) + " bytes");
}

}  // namespace

DraftService::DraftService(ports::Clock& clock, const CatalogSource& catalog,
                           const PeopleSource& people, RecordService& records)
    : clock_(clock), catalog_(catalog), people_(people), records_(records) {}

Result<const DeployedForm*> DraftService::check(const CallContext& context, const Catalog& catalog,
                                                FormId form) const {
  CINNABAR_TRY(const DeployedForm* found, find_form(catalog, form));
  if (may_on_form(*people_.current(), catalog, context.principal.user, form,
                  PermissionAction::add)) {
    return found;
  }
  return not_permitted();
}

Result<RecordView> DraftService::save(ports::WriteTransaction& transaction,
                                      const CallContext& context, FormId form_id,
                                      FieldValues fields) {
  const auto catalog = catalog_.current();
  CINNABAR_TRY(const DeployedForm* form, check(context, *catalog, form_id));
  const ports::Select mine = own_drafts(context, form_id);
  CINNABAR_TRY(const std::int64_t count, transaction.count(columns::kTable, mine.filter));
  if (count >= kDraftsMax) {
    return make_error(Code::resource_exhausted, reasons::kLimitExceeded,
                      "at most " + std::to_string(kDraftsMax) + " drafts of one form");
  }
  CINNABAR_CHECK_OK(check_values(*form->definition, nullptr, fields, *people_.current()));
  std::erase_if(fields, [](const auto& field) { return field.second.is_null(); });
  CINNABAR_CHECK_OK(assign_row_ids(transaction, *form->definition, nullptr, fields));
  CINNABAR_TRY(std::string data, encode(fields));
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("runtime"));
  const Instant now = clock_.now();
  ports::Row row{cell(id),
                 cell(form_id),
                 cell(form->version_id),
                 cell(std::move(data)),
                 cell(context.principal.user),
                 cell(now),
                 cell(now)};
  CINNABAR_TRY(RecordView view, view_of(row));
  transaction.insert(columns::kTable, std::move(row));
  return view;
}

Result<RecordView> DraftService::change(ports::WriteTransaction& transaction,
                                        const CallContext& context, const ChangeRecord& request) {
  const auto catalog = catalog_.current();
  CINNABAR_TRY(const DeployedForm* form, check(context, *catalog, request.form));
  CINNABAR_TRY(ports::Row row, own_row(transaction, context, request.form, request.record));
  CINNABAR_TRY(RecordView view, view_of(row));
  FieldValues changes = request.changes;
  CINNABAR_CHECK_OK(check_values(*form->definition, &view.fields, changes, *people_.current()));
  CINNABAR_CHECK_OK(assign_row_ids(transaction, *form->definition, &view.fields, changes));
  CINNABAR_TRY(std::string data, encode(form::merge(view.fields, changes)));
  row[columns::form_version_id] = cell(form->version_id);
  row[columns::data] = cell(std::move(data));
  row[columns::updated_at] = cell(clock_.now());
  CINNABAR_TRY(view, view_of(row));
  transaction.update(columns::kTable, std::move(row));
  return view;
}

Result<RecordView> DraftService::submit(ports::WriteTransaction& transaction,
                                        const CallContext& context, const ChangeRecord& request) {
  CINNABAR_TRY(const ports::Row row, own_row(transaction, context, request.form, request.record));
  CINNABAR_TRY(const RecordView draft, view_of(row));
  CreateRecords made;
  made.form = request.form;
  made.creator = context.principal.user;
  NewRecord record;
  record.id = draft.id;
  record.fields = form::merge(draft.fields, request.changes);
  made.rows.push_back(std::move(record));
  CINNABAR_TRY(auto results, records_.create(transaction, context, std::move(made)));
  if (results.front().error) return std::move(*results.front().error);
  transaction.erase(columns::kTable, {cell(draft.id)});
  return std::move(*results.front().made);
}

Status DraftService::remove(ports::WriteTransaction& transaction, const CallContext& context,
                            FormId form, RecordId draft) {
  CINNABAR_CHECK_OK(own_row(transaction, context, form, draft));
  transaction.erase(columns::kTable, {cell(draft)});
  return {};
}

Result<RecordView> DraftService::find(ports::ReadTransaction& snapshot, const CallContext& context,
                                      FormId form, RecordId draft) {
  CINNABAR_TRY(const ports::Row row, own_row(snapshot, context, form, draft));
  return view_of(row);
}

Result<std::vector<RecordView>> DraftService::list(ports::ReadTransaction& snapshot,
                                                   const CallContext& context, FormId form) {
  CINNABAR_TRY(const auto rows, snapshot.select(own_drafts(context, form)));
  std::vector<RecordView> views;
  for (const ports::Row& row : rows) {
    CINNABAR_TRY(RecordView view, view_of(row));
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace cinnabar::services
