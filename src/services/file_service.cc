#include "services/file_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/instance_access.h"
#include "services/instance_store.h"
#include "services/record_rows.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <unordered_set>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace columns = ports::schema::attachment;

Attachment read_attachment(const ports::Row& row) {
  Attachment attachment;
  attachment.id = id_of<AttachmentId>(row, columns::id);
  attachment.instance = id_of<ProcessInstanceId>(row, columns::instance_id);
  attachment.record = id_of<RecordId>(row, columns::record_id);
  attachment.position = int_of(row, columns::activity_id);
  attachment.field = optional_text_of(row, columns::field);
  attachment.file_name = text_of(row, columns::file_name);
  attachment.media_type = text_of(row, columns::media_type);
  attachment.size = int_of(row, columns::size);
  attachment.sha256 = text_of(row, columns::sha256);
  attachment.uploaded_by = id_of<UserId>(row, columns::uploaded_by);
  attachment.created_at = instant_of(row, columns::created_at);
  return attachment;
}

std::string extension_of(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  return dot == std::string_view::npos ? std::string{} : to_lower_ascii(file_name.substr(dot + 1));
}

// A media type is echoed to browsers, so only its plain form is kept.
std::string safe_media_type(std::string_view type) {
  type = trim(type.substr(0, type.find(';')));
  const bool plain =
      !type.empty() && type.size() <= 100 && type.find('/') != std::string_view::npos &&
      std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '.' || c == '+' || c == '-';
      });
  return plain ? to_lower_ascii(type) : "application/octet-stream";
}

NewFile named_file(std::string_view name, std::string_view media_type) {
  NewFile file;
  file.file_name = safe_file_name(name);
  file.media_type = safe_media_type(media_type);
  return file;
}

// Of one that is not deleted.
Result<std::optional<FormId>> form_of_record(ports::ReadTransaction& snapshot, RecordId record) {
  CINNABAR_TRY(const auto row, snapshot.get(schema::record::kTable, {cell(record)}));
  if (!row || !is_null(*row, schema::record::deleted_at)) return std::optional<FormId>{};
  return std::optional{id_of<FormId>(*row, schema::record::form_id)};
}

// Inboxes show that there are files.
Status mark_open_items(ports::WriteTransaction& transaction, ProcessInstanceId instance) {
  namespace items = schema::work_item;
  ports::Select select;
  select.table = &items::kTable;
  select.filter = all_of({where_equal(items::instance_id, cell(instance)),
                          where_equal(items::state, cell(WorkItemState::open)),
                          where_equal(items::has_attachments, cell(false))});
  CINNABAR_TRY(auto rows, transaction.select(select));
  for (ports::Row& row : rows) {
    row[items::has_attachments] = cell(true);
    transaction.update(items::kTable, std::move(row));
  }
  return {};
}

}  // namespace

std::string safe_file_name(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string out;
  for (const char c : to_valid_utf8(name)) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  }
  std::string_view kept = trim(out);
  while (kept.starts_with('.')) kept.remove_prefix(1);
  kept = utf8_prefix(kept, limits::kFileNameBytesMax);
  return kept.empty() ? "file" : std::string(kept);
}

FileService::FileService(ports::BlobStore& blobs, ports::Clock& clock, const CatalogSource& catalog,
                         const PeopleSource& people, const FileTokens& tokens, Options options)
    : blobs_(blobs),
      clock_(clock),
      catalog_(catalog),
      people_(people),
      tokens_(tokens),
      options_(std::move(options)) {}

Result<NewFile> FileService::store_upload(const std::filesystem::path& path, std::string sha256,
                                          std::int64_t size, std::string_view file_name,
                                          std::string_view media_type) {
  NewFile file = named_file(file_name, media_type);
  CINNABAR_CHECK_OK(check_file(file, size));
  CINNABAR_TRY(ports::StoredBlob blob, blobs_.adopt(path, sha256));
  file.sha256 = std::move(blob.sha256);
  file.size = blob.size;
  return file;
}

Result<NewFile> FileService::store_bytes(std::string_view bytes, std::string_view file_name,
                                         std::string_view media_type) {
  NewFile file = named_file(file_name, media_type);
  CINNABAR_CHECK_OK(check_file(file, std::ssize(bytes)));
  CINNABAR_TRY(ports::StoredBlob blob, blobs_.put(bytes));
  file.sha256 = std::move(blob.sha256);
  file.size = blob.size;
  return file;
}

Status FileService::check_file(const NewFile& file, std::int64_t size) const {
  const std::int64_t bytes_max = options_.file_bytes_max > 0
                                     ? options_.file_bytes_max
                                     : static_cast<std::int64_t>(limits::kAttachmentBytesMax);
  if (size > bytes_max) {
    return make_error(Code::invalid_argument, reasons::kFileTooLarge,
                      "a file may have at most " + std::to_string(bytes_max) + " bytes",
                      file.file_name);
  }
  if (options_.extensions_refused.contains(extension_of(file.file_name))) {
    return make_error(Code::invalid_argument, reasons::kFileTypeNotAllowed,
                      "files of this type are not taken", file.file_name);
  }
  return {};
}

Status FileService::attach(ports::WriteTransaction& transaction, const CallContext& context,
                           ProcessId process, std::int64_t position, std::vector<NewFile> files) {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_TRY(const ProcessInstanceId id, instance_of_position(transaction, process, position));
  CINNABAR_TRY(const LoadedInstance loaded, load_instance(transaction, *catalog, id));
  CINNABAR_CHECK_OK(check_may_contribute(*people, context, process, loaded.instance));
  const Process* owner = catalog->process(process);
  if (owner == nullptr || !owner->settings.attachments) {
    return make_error(Code::failed_precondition, reasons::kFeatureDisabled,
                      "the process takes no attachments");
  }
  if (files.empty()) {
    return make_error(Code::invalid_argument, reasons::kFileMissing, "no file was sent");
  }
  if (files.size() > limits::kAttachmentsPerCommandMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                      "too many files in one request");
  }
  const Instant now = clock_.now();
  for (NewFile& file : files) file.field.reset();
  CINNABAR_TRY(const auto ids,
               insert_files(transaction, id, position, files, context.principal.user, now));
  CINNABAR_CHECK_OK(mark_open_items(transaction, id));
  return write_audit(transaction, context, "attach", "process_instance", id.value(),
                     std::to_string(ids.size()) + " files", now);
}

Result<std::vector<Attachment>> FileService::list(ports::ReadTransaction& snapshot,
                                                  const CallContext& context, ProcessId process,
                                                  std::int64_t number) {
  CINNABAR_TRY(const ProcessInstanceId id,
               visible_instance(snapshot, *catalog_.current(), *people_.current(), context, process,
                                number));
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = where_equal(columns::instance_id, cell(id));
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<Attachment> attachments;
  for (const ports::Row& row : rows) attachments.push_back(read_attachment(row));
  return attachments;
}

Result<FileService::Download> FileService::open(ports::ReadTransaction& snapshot,
                                                const CallContext& context, AttachmentId id) {
  const auto unknown = [&] {
    return make_error(Code::not_found, reasons::kAttachmentUnknown, "no such attachment",
                      std::to_string(id.value()));
  };
  CINNABAR_TRY(const auto row, snapshot.get(columns::kTable, {cell(id)}));
  if (!row) return unknown();
  Attachment attachment = read_attachment(*row);
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  if (!attachment.instance.is_assigned()) {
    CINNABAR_TRY(const auto form, form_of_record(snapshot, attachment.record));
    if (!form ||
        !may_on_form(*people, *catalog, context.principal.user, *form, PermissionAction::view)) {
      return unknown();
    }
    return located(std::move(attachment));
  }
  CINNABAR_TRY(const auto instance,
               snapshot.get(schema::process_instance::kTable, {cell(attachment.instance)}));
  if (!instance) return unknown();
  const auto visible =
      visible_instance(snapshot, *catalog, *people, context,
                       id_of<ProcessId>(*instance, schema::process_instance::process_id),
                       int_of(*instance, schema::process_instance::number));
  if (!visible) return unknown();
  return located(std::move(attachment));
}

FileService::Link FileService::link(AttachmentId id, Duration good_for) const {
  const Instant until = clock_.now() + good_for;
  return {id, until, tokens_.download_proof(id, until)};
}

Result<FileService::Download> FileService::open(ports::ReadTransaction& snapshot,
                                                const Link& link) {
  const auto unknown = [] {
    return make_error(Code::not_found, reasons::kAttachmentUnknown, "no such attachment");
  };
  if (!tokens_.may_download(link.id, link.until, link.proof, clock_.now())) return unknown();
  CINNABAR_TRY(const auto row, snapshot.get(columns::kTable, {cell(link.id)}));
  if (!row) return unknown();
  Attachment attachment = read_attachment(*row);
  if (attachment.record.is_assigned()) {
    CINNABAR_TRY(const auto form, form_of_record(snapshot, attachment.record));
    if (!form) return unknown();
  }
  return located(std::move(attachment));
}

Result<FileService::Download> FileService::located(Attachment attachment) {
  Download download;
  CINNABAR_TRY(download.path, blobs_.locate(attachment.sha256));
  download.attachment = std::move(attachment);
  return download;
}

Result<std::map<AttachmentId, Attachment>> FileService::describe(
    ports::ReadTransaction& snapshot, const std::vector<AttachmentId>& ids) {
  constexpr std::size_t kAtOnce = 500;
  std::map<AttachmentId, Attachment> found;
  for (std::size_t from = 0; from < ids.size(); from += kAtOnce) {
    std::vector<CellValue> wanted;
    for (std::size_t i = from; i < std::min(ids.size(), from + kAtOnce); ++i) {
      wanted.push_back(cell(ids[i]));
    }
    ports::Select select;
    select.table = &columns::kTable;
    select.filter = where_one_of(columns::id, std::move(wanted));
    CINNABAR_TRY(const auto rows, snapshot.select(select));
    for (const ports::Row& row : rows) {
      Attachment attachment = read_attachment(row);
      const AttachmentId id = attachment.id;
      found.insert_or_assign(id, std::move(attachment));
    }
  }
  return found;
}

Result<std::int64_t> FileService::sweep(ports::Store& store) {
  CINNABAR_TRY(auto snapshot, store.read());
  std::unordered_set<std::string> referenced;
  const auto collect = [&](const ports::Table& table, std::uint16_t digest) -> Status {
    ports::Select select;
    select.table = &table;
    select.columns = {digest};
    CINNABAR_TRY(const auto rows, snapshot->select(select));
    for (const ports::Row& row : rows) referenced.insert(text_of(row, digest));
    return {};
  };
  CINNABAR_CHECK_OK(collect(columns::kTable, columns::sha256));
  CINNABAR_CHECK_OK(collect(schema::upload::kTable, schema::upload::sha256));
  return blobs_.sweep(
      [&](std::string_view sha256) { return referenced.contains(std::string(sha256)); });
}

Result<std::vector<AttachmentId>> insert_files(ports::WriteTransaction& transaction,
                                               ProcessInstanceId instance, std::int64_t position,
                                               const std::vector<NewFile>& files, UserId by,
                                               Instant now) {
  std::vector<AttachmentId> ids;
  for (const NewFile& file : files) {
    CINNABAR_TRY(const AttachmentId id, next_attachment_id(transaction));
    ids.push_back(id);
    insert_file(transaction, {instance, {}, position}, {id, file}, by, now);
  }
  return ids;
}

namespace {

// Tables are not nested.
void collect_files(const FieldValue& value, std::vector<AttachmentId>& ids) {
  if (const auto* file = value.get<FileRef>()) {
    ids.push_back(file->attachment);
  } else if (const auto* list = value.get<FieldValue::List>()) {
    for (const FieldValue& one : *list) collect_files(one, ids);
  } else if (const auto* table = value.get<FieldValue::Table>()) {
    for (const FieldValues& row : *table) {
      for (const auto& [column, cell] : row) collect_files(cell, ids);
    }
  }
}

}  // namespace

std::vector<AttachmentId> files_in(const FieldValues& fields) {
  std::vector<AttachmentId> ids;
  for (const auto& [field, value] : fields) collect_files(value, ids);
  return ids;
}

Result<AttachmentId> next_attachment_id(ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("runtime"));
  return AttachmentId{id};
}

void insert_file(ports::WriteTransaction& transaction, const FilePlace& place,
                 const NumberedFile& numbered, UserId by, Instant now) {
  const NewFile& file = numbered.file;
  transaction.insert(
      columns::kTable,
      {cell(numbered.id), cell_or_null(place.instance), cell_or_null(place.record),
       cell(place.position), cell_or_null(file.field.value_or("")), cell(file.file_name),
       cell(file.media_type), cell(file.size), cell(file.sha256), cell(by), cell(now)});
}

}  // namespace cinnabar::services
