#include "services/record_rows.h"

#include "domain/form/validate.h"
#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/invalid_fields.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::record;
namespace instances = ports::schema::process_instance;

Result<RecordView> view_of(const ports::Row& row) {
  RecordView view;
  view.id = id_of<RecordId>(row, columns::id);
  view.form = id_of<FormId>(row, columns::form_id);
  view.instance = id_of<ProcessInstanceId>(row, columns::instance_id);
  CINNABAR_TRY(view.fields, codec::decode_fields(text_of(row, columns::data)));
  view.version = int_of(row, columns::version);
  view.created_by = id_of<UserId>(row, columns::created_by);
  view.updated_by = id_of<UserId>(row, columns::updated_by);
  view.created_at = instant_of(row, columns::created_at);
  view.updated_at = instant_of(row, columns::updated_at);
  return view;
}

// The ids that rows of a stored table have.
std::set<std::string> row_ids_in(const FieldValues* stored, const std::string& field) {
  std::set<std::string> ids;
  if (stored == nullptr) return ids;
  const auto it = stored->find(field);
  const auto* table = it == stored->end() ? nullptr : it->second.get<FieldValue::Table>();
  if (table == nullptr) return ids;
  for (const FieldValues& row : *table) {
    const auto id = row.find(form::kRowId);
    if (id == row.end()) continue;
    if (const auto* text = id->second.get<std::string>()) ids.insert(*text);
  }
  return ids;
}

}  // namespace

Result<const DeployedForm*> find_form(const Catalog& catalog, FormId form) {
  const DeployedForm* found = catalog.form(form);
  if (found != nullptr && found->definition != nullptr) return found;
  return make_error(Code::not_found, reasons::kFormUnknown, "no such form",
                    std::to_string(form.value()));
}

bool may_on_form(const People& people, const Catalog& catalog, UserId user, FormId form,
                 PermissionAction action) {
  const User* caller = people.user(user);
  if (caller != nullptr && caller->enabled && caller->administrator) return true;
  return std::ranges::any_of(catalog.processes(), [&](const auto& known) {
    return known.second.form == form && people.may(user, action, known.first);
  });
}

Result<std::optional<ports::Row>> record_row(ports::ReadTransaction& snapshot, FormId form,
                                             RecordId record) {
  CINNABAR_TRY(auto row, snapshot.get(columns::kTable, {cell(record)}));
  if (row && (id_of<FormId>(*row, columns::form_id) != form || !is_null(*row, columns::deleted_at)))
    row.reset();
  return row;
}

Result<std::vector<RecordView>> record_views(ports::ReadTransaction& snapshot,
                                             const std::vector<ports::Row>& rows) {
  std::vector<RecordView> views;
  views.reserve(rows.size());
  std::vector<CellValue> ids;
  for (const ports::Row& row : rows) {
    CINNABAR_TRY(RecordView view, view_of(row));
    if (view.instance.is_assigned()) ids.push_back(cell(view.instance));
    views.push_back(std::move(view));
  }
  std::map<std::int64_t, std::pair<InstanceState, bool>> states;
  for (std::size_t from = 0; from < ids.size(); from += kFilterValuesMax) {
    const std::size_t to = std::min(ids.size(), from + kFilterValuesMax);
    ports::Select select;
    select.table = &instances::kTable;
    select.filter = where_one_of(instances::id, {ids.begin() + static_cast<std::ptrdiff_t>(from),
                                                 ids.begin() + static_cast<std::ptrdiff_t>(to)});
    CINNABAR_TRY(const auto found, snapshot.select(select));
    for (const ports::Row& row : found) {
      states.emplace(int_of(row, instances::id),
                     std::pair(enum_of<InstanceState>(row, instances::status),
                               bool_of(row, instances::rejected)));
    }
  }
  for (RecordView& view : views) {
    const auto it = states.find(view.instance.value());
    if (it == states.end()) continue;
    view.state = it->second.first;
    view.rejected = it->second.second;
  }
  return views;
}

Status check_values(const form::FormDefinition& form, const FieldValues* stored,
                    const FieldValues& values, const org::Directory& directory) {
  form::Submission submission;
  submission.stored = stored;
  submission.submitted = &values;
  submission.check_required = false;
  submission.check_rules = false;
  auto errors = form::validate(form, submission, directory);
  if (errors.empty()) return {};
  return invalid_fields(std::move(errors));
}

Status assign_serials(ports::WriteTransaction& transaction, FormId id,
                      const form::FormDefinition& form, FieldValues& fields) {
  for (const form::Field& field : form.fields) {
    if (field.type != form::FieldType::serial) continue;
    CINNABAR_TRY(const std::int64_t number,
                 transaction.next_number(fmt::format("serial/{}/{}", id.value(), field.id),
                                         ports::WriteTransaction::Gaps::dense));
    fields.insert_or_assign(field.id, FieldValue::text(fmt::format("{:05}", number)));
  }
  return {};
}

Status assign_row_ids(ports::WriteTransaction& transaction, const form::FormDefinition& form,
                      const FieldValues* stored, FieldValues& fields) {
  for (const form::Field& field : form.fields) {
    const auto it = fields.find(field.id);
    if (field.type != form::FieldType::subtable || it == fields.end()) continue;
    const auto* table = it->second.get<FieldValue::Table>();
    if (table == nullptr) continue;
    std::set<std::string> free = row_ids_in(stored, field.id);
    FieldValue::Table rows = *table;
    for (FieldValues& row : rows) {
      const auto id = row.find(form::kRowId);
      const auto* text = id == row.end() ? nullptr : id->second.get<std::string>();
      if (text != nullptr && free.erase(*text) == 1) continue;
      CINNABAR_TRY(const std::int64_t number, transaction.next_number("runtime"));
      row.insert_or_assign(std::string(form::kRowId), FieldValue::text(std::to_string(number)));
    }
    it->second = FieldValue{std::move(rows)};
  }
  return {};
}

Status log_change(ports::WriteTransaction& transaction, const CallContext& context,
                  const RecordChange& change, Instant now) {
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("record_change"));
  FieldValues changes;
  if (change.after != nullptr) {
    for (const auto& [field, value] : *change.after) {
      const auto old = change.before == nullptr ? change.after->end() : change.before->find(field);
      const bool is_same = change.before != nullptr && old != change.before->end() &&
                           old->second == value &&
                           value.get<FieldValue::Table>() == nullptr;  // tables are always told
      if (!is_same) changes.emplace(field, value);
    }
  }
  transaction.insert(
      ports::schema::record_change::kTable,
      {cell(id), cell(change.record), cell(change.form), cell(now), cell(context.principal.user),
       cell(context.door), cell(change.action), cell(codec::encode_fields(changes))});
  return {};
}

}  // namespace cinnabar::services
