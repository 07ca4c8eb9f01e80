#include "api/dialects/jodoo/records.h"

#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/files.h"
#include "api/dialects/jodoo/filters.h"
#include "api/dialects/jodoo/gateway.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <set>

namespace cinnabar::jodoo {
namespace {

using api::Lane;

constexpr std::int64_t kListDefault = 10;
constexpr std::int64_t kListMax = 100;
constexpr std::size_t kBatchMax = 100;

// Without a reader no key is bound.
ReadContext read_context(const Entry& entry, KeyReader* keys = nullptr) {
  ReadContext context{*entry.people, entry.time_zone, nullptr};
  if (keys == nullptr) return context;
  context.file = [keys](const form::Field& field, const std::string& key) {
    return keys->read(field, key);
  };
  return context;
}

Result<RecordId> record_of(const Entry& entry) {
  std::string text;
  if (entry.path.size() >= 3) {
    text = entry.path[2];
  } else {
    CINNABAR_TRY(text, required_text(entry, "data_id"));
  }
  const auto number = from_hex24(text);
  if (!number) return fail(codes::kDataUnknown);
  return RecordId{*number};
}

// Ids that are none name no record, so they are left out; more than `kBatchMax` are `too_many`.
Result<std::vector<RecordId>> records_of(const Entry& entry, int too_many) {
  const Json* list = member(entry, "data_ids");
  const Json::Array* array = list == nullptr ? nullptr : list->as_array();
  if (array == nullptr) return fail(codes::kInvalidPlatformParameter, "data_ids must be a list.");
  if (array->size() > kBatchMax) return fail(too_many);
  std::vector<RecordId> records;
  for (const Json& one : *array) {
    const std::string* text = one.as_string();
    if (text == nullptr) {
      return fail(codes::kInvalidPlatformParameter, "data_ids must be a list of texts.");
    }
    if (const auto number = from_hex24(*text)) records.emplace_back(*number);
  }
  return records;
}

// Who a record is made by: a member, else whom the key acts for.
Result<UserId> creator_of(const Entry& entry) {
  CINNABAR_TRY(const std::string name, optional_text(entry, "data_creator"));
  if (name.empty()) return entry.client.user;
  const services::User* user = entry.people->user_by_name(name);
  if (user == nullptr || !user->enabled) return fail(codes::kMemberUnknown, name + ".");
  return user->id;
}

Json view_json(const Entry& entry, const Target& found, const services::RecordView& view,
               const FileViews& files) {
  return write_record(*found.deployed, view, found.app_id, found.entry_id,
                      {*entry.catalog, *entry.people, &files});
}

// What a write answers.
Result<Json> written_json(const Entry& entry, ports::WriteTransaction& transaction,
                          const Target& found, const services::RecordView& view,
                          const std::vector<services::NumberedFile>& sent) {
  CINNABAR_TRY(const FileViews files, view_files(entry, transaction, {view}, sent));
  return Json::object().set("data", view_json(entry, found, view, files));
}

// For one record: batches have no such member.
Result<services::CallContext> asking_context(const Entry& entry) {
  services::CallContext context = entry.context;
  CINNABAR_TRY(context.asks_automations, flag(entry, "is_start_trigger"));
  return context;
}

// ---- batch_create ----

Result<Json> batch_create(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Target found, target(entry));
  const Json* list = member(entry, "data_list");
  const Json::Array* rows = list == nullptr ? nullptr : list->as_array();
  if (rows == nullptr || rows->empty()) {
    return fail(codes::kInvalidPlatformParameter, "data_list must be a list of records.");
  }
  if (rows->size() > kBatchMax) return fail(codes::kBatchCreateLimit);
  services::CreateRecords request;
  request.form = found.form;
  CINNABAR_TRY(request.creator, creator_of(entry));
  CINNABAR_TRY(request.key, transaction_id(entry));
  CINNABAR_TRY(request.start_process, flag(entry, "is_start_workflow"));
  KeyReader keys(entry, transaction, found.form, request.key);
  const ReadContext context = read_context(entry, &keys);
  for (const Json& row : *rows) {
    services::NewRecord record;
    auto fields = read_record(found.deployed->definition->fields, row, context);
    record.files = keys.take();
    if (fields) {
      record.fields = std::move(*fields);
    } else {
      record.error = std::move(fields).error();
    }
    request.rows.push_back(std::move(record));
  }
  CINNABAR_TRY(const auto results,
               entry.services->records.create(transaction, entry.context, std::move(request)));
  std::int64_t count = 0;
  Json ids = Json::array();
  for (const services::CreatedRecord& result : results) {
    if (result.made || result.known) ++count;
    if (result.made) ids.push(to_hex24(result.made->id.value()));
  }
  return Json::object()
      .set("status", "success")
      .set("success_count", count)
      .set("success_ids", std::move(ids));
}

// ---- one record ----

Result<Json> create(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Target found, target(entry));
  CINNABAR_TRY(const services::CallContext context, asking_context(entry));
  const Json* data = member(entry, "data");
  if (data == nullptr) return fail(codes::kInvalidPlatformParameter, "data is missing.");
  CINNABAR_TRY(const std::string batch, transaction_id(entry));
  KeyReader keys(entry, transaction, found.form, batch);
  services::CreateRecords request;
  request.form = found.form;
  CINNABAR_TRY(request.creator, creator_of(entry));
  CINNABAR_TRY(request.start_process, flag(entry, "is_start_workflow"));
  services::NewRecord record;
  CINNABAR_TRY(record.fields,
               read_record(found.deployed->definition->fields, *data, read_context(entry, &keys)));
  record.files = keys.take();
  const auto sent = record.files;
  request.rows.push_back(std::move(record));
  CINNABAR_TRY(auto results,
               entry.services->records.create(transaction, context, std::move(request)));
  if (const auto& error = results.front().error) {
    // The check has a number of its own.
    if (error->reason == reasons::kAggregateCheckFailed) return *error;
    return fail(codes::kSubmitFailed, error->detail);
  }
  return written_json(entry, transaction, found, *results.front().made, sent);
}

Result<Json> update(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Target found, target(entry));
  CINNABAR_TRY(const services::CallContext context, asking_context(entry));
  CINNABAR_TRY(const RecordId record, record_of(entry));
  const Json* data = member(entry, "data");
  if (data == nullptr) return fail(codes::kInvalidPlatformParameter, "data is missing.");
  CINNABAR_TRY(const std::string batch, transaction_id(entry));
  KeyReader keys(entry, transaction, found.form, batch);
  CINNABAR_TRY(FieldValues changes,
               read_record(found.deployed->definition->fields, *data, read_context(entry, &keys)));
  const auto sent = keys.take();
  CINNABAR_TRY(const services::RecordView view,
               entry.services->records.change(transaction, context,
                                              {found.form, record, std::move(changes), sent}));
  return written_json(entry, transaction, found, view, sent);
}

Result<Json> remove(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Target found, target(entry));
  CINNABAR_TRY(const services::CallContext context, asking_context(entry));
  CINNABAR_TRY(const RecordId record, record_of(entry));
  CINNABAR_TRY(const std::int64_t count,
               entry.services->records.remove(transaction, context, found.form, {record}));
  if (count == 0) return fail(codes::kDataUnknown);
  return Json::object().set("status", "success");
}

// ---- many ----

Status check_no_subforms(const form::FormDefinition& form, const Json& data) {
  const Json::Object* members = data.as_object();
  if (members == nullptr) return {};
  for (const auto& [name, value] : *members) {
    const form::Field* field = find_field(form.fields, name);
    if (field != nullptr && field->type == form::FieldType::subtable) {
      return fail(codes::kFieldUnsupported, name + " is a subform.");
    }
  }
  return {};
}

Result<Json> batch_update(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Target found, target(entry));
  CINNABAR_TRY(const auto records, records_of(entry, codes::kBatchUpdateLimit));
  const Json* data = member(entry, "data");
  if (data == nullptr) return fail(codes::kInvalidPlatformParameter, "data is missing.");
  CINNABAR_TRY(const std::string batch, transaction_id(entry));
  CINNABAR_CHECK_OK(check_no_subforms(*found.deployed->definition, *data));
  KeyReader keys(entry, transaction, found.form, batch);
  const ReadContext context = read_context(entry, &keys);
  CINNABAR_TRY(FieldValues changes,
               read_record(found.deployed->definition->fields, *data, context));
  std::vector<services::NumberedFile> files = keys.take();
  const auto catalog = entry.services->catalog.current();
  services::AggregateLedger ledger(transaction, *catalog);
  std::int64_t count = 0;
  std::set<RecordId> seen;
  for (const RecordId record : records) {
    if (!seen.insert(record).second) continue;
    const auto changed = entry.services->records.change(
        transaction, entry.context, {found.form, record, changes, files, &ledger});
    if (changed) {
      ++count;
      // Each record has files of its own.
      if (files.empty()) continue;
      CINNABAR_TRY(changes, read_record(found.deployed->definition->fields, *data, context));
      files = keys.take();
    } else if (changed.error().code != Code::not_found) {
      return changed.error();
    }
  }
  return Json::object().set("status", "success").set("success_count", count);
}

Result<Json> batch_delete(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Target found, target(entry));
  CINNABAR_TRY(const auto records, records_of(entry, codes::kBatchDeleteLimit));
  CINNABAR_TRY(const std::int64_t count,
               entry.services->records.remove(transaction, entry.context, found.form, records));
  return Json::object().set("status", "success").set("success_count", count);
}

// ---- reading ----

Result<Json> get(Entry& entry) {
  CINNABAR_TRY(const Target found, target(entry));
  CINNABAR_TRY(const RecordId record, record_of(entry));
  CINNABAR_TRY(const services::RecordView view,
               entry.services->records.find(*entry.snapshot, entry.context, found.form, record));
  CINNABAR_TRY(const FileViews files, view_files(entry, *entry.snapshot, {view}));
  return Json::object().set("data", view_json(entry, found, view, files));
}

// Which fields of the form were asked for; empty: all.
Result<std::set<std::string>> fields_of(const Entry& entry) {
  std::set<std::string> names;
  const Json* list = member(entry, "fields");
  if (list == nullptr) return names;
  const Json::Array* array = list->as_array();
  if (array == nullptr) return fail(codes::kInvalidPlatformParameter, "fields must be a list.");
  for (const Json& one : *array) {
    if (const std::string* name = one.as_string()) names.insert(*name);
  }
  return names;
}

// Fields of the form that nobody asked for; system fields come anyway.
void keep_fields(Json& record, const form::FormDefinition& form,
                 const std::set<std::string>& wanted) {
  std::erase_if(*record.as_object(), [&](const Json::Member& member) {
    const form::Field* field = find_field(form.fields, member.first);
    return field != nullptr && !wanted.contains(field->id) && !wanted.contains(field->alias);
  });
}

Result<Json> list(Entry& entry) {
  CINNABAR_TRY(const Target found, target(entry));
  services::RecordQuery query;
  query.form = found.form;
  CINNABAR_TRY(query.limit, limit(entry, kListDefault, kListMax));
  CINNABAR_TRY(const std::string cursor, optional_text(entry, "data_id"));
  if (!cursor.empty()) {
    const auto number = from_hex24(cursor);
    if (!number) return fail(codes::kDataUnknown);
    query.after = RecordId{*number};
  }
  CINNABAR_TRY(const auto wanted, fields_of(entry));
  const ReadContext context = read_context(entry);
  CINNABAR_CHECK_OK(
      read_filter(*found.deployed->definition, member(entry, "filter"), context, query));
  CINNABAR_TRY(const auto views,
               entry.services->records.list(*entry.snapshot, entry.context, query));
  CINNABAR_TRY(const FileViews files, view_files(entry, *entry.snapshot, views));
  Json rows = Json::array();
  for (const services::RecordView& view : views) {
    Json row = view_json(entry, found, view, files);
    if (!wanted.empty()) keep_fields(row, *found.deployed->definition, wanted);
    rows.push(std::move(row));
  }
  return Json::object().set("data", std::move(rows));
}

constexpr std::string_view kTarget =
    R"({"app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd", "data_id": "5f0c1e000000000000000a01"})";
constexpr std::string_view kWrite =
    R"({"app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd", "data": {"_widget_1432728651402": {"value": "one"}}})";
constexpr std::string_view kRecord =
    R"({"data": {"_id": "5f0c1e000000000000000a01", "_widget_1432728651402": "one"}})";
constexpr std::string_view kCounted = R"({"status": "success", "success_count": 1})";

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/app/entry/data/batch_create",
     Lane::cpu,
     writing<10, batch_create>,
     {"Create up to 100 records; the same transaction_id again creates only what is missing",
      R"({"app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd", "transaction_id": "87cd7d71-c6df-4281-9927-469094395677", "data_list": [{"_widget_1432728651402": {"value": "one"}}]})",
      R"({"status": "success", "success_count": 1, "success_ids": ["5f0c1e000000000000000a01"]})"}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data_batch_create",
     Lane::cpu,
     writing<5, batch_create>,
     {"Create up to 100 records, older route", "", R"({"status": "success", "success_count": 0})"}},
    {"POST",
     "/api/{version}/app/entry/data/create",
     Lane::cpu,
     writing<20, create>,
     {"Create one record", kWrite, kRecord}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data_create",
     Lane::cpu,
     writing<20, create>,
     {"Create one record, older route", kWrite, kRecord}},
    {"POST",
     "/api/{version}/app/entry/data/update",
     Lane::cpu,
     writing<20, update>,
     {"Change one record; a subform is replaced whole", kWrite, kRecord}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data_update",
     Lane::cpu,
     writing<20, update>,
     {"Change one record, older route", kWrite, kRecord}},
    {"POST",
     "/api/{version}/app/entry/data/delete",
     Lane::cpu,
     writing<20, remove>,
     {"Delete one record", kTarget, R"({"status": "success"})"}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data_delete",
     Lane::cpu,
     writing<20, remove>,
     {"Delete one record, older route", kTarget, R"({"status": "success"})"}},
    {"POST",
     "/api/{version}/app/entry/data/batch_update",
     Lane::cpu,
     writing<10, batch_update>,
     {"Give up to 100 records the same values", kWrite, kCounted}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data_batch_update",
     Lane::cpu,
     writing<10, batch_update>,
     {"Give up to 100 records the same values, older route", kWrite, kCounted}},
    {"POST",
     "/api/{version}/app/entry/data/batch_delete",
     Lane::cpu,
     writing<10, batch_delete>,
     {"Delete up to 100 records", kTarget, kCounted}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data_batch_delete",
     Lane::cpu,
     writing<10, batch_delete>,
     {"Delete up to 100 records, older route", kTarget, kCounted}},
    {"POST",
     "/api/{version}/app/entry/data/get",
     Lane::read,
     reading<30, get>,
     {"One record", kTarget, kRecord}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data_retrieve",
     Lane::read,
     reading<30, get>,
     {"One record, older route", kTarget, kRecord}},
    {"POST",
     "/api/{version}/app/entry/data/list",
     Lane::read,
     reading<30, list>,
     {"Records in the order of their ids; data_id is the last one that is known",
      R"({"app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd", "limit": 100, "filter": {"rel": "and", "cond": [{"field": "_widget_1432728651403", "method": "gt", "value": [100]}]}})",
      R"({"data": [{"_id": "5f0c1e000000000000000a01"}]})"}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data",
     Lane::read,
     reading<30, list>,
     {"Records, older route", "", R"({"data": []})"}},
};

}  // namespace

std::span<const api::Route> record_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
