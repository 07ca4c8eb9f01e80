#include "services/upload_service.h"

#include "ports/schema.h"
#include "services/expiry.h"
#include "services/instance_access.h"
#include "services/record_rows.h"
#include "services/rows.h"
#include "services/uuid.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::upload;

NewFile read_file(const ports::Row& row) {
  NewFile file;
  file.file_name = text_of(row, columns::file_name);
  file.media_type = text_of(row, columns::media_type);
  file.size = int_of(row, columns::size);
  file.sha256 = text_of(row, columns::sha256);
  return file;
}

}  // namespace

Result<std::int64_t> forget_old_uploads(ports::Store& store, Instant now) {
  return erase_older(store, columns::kTable, columns::expires_at, now);
}

UploadService::UploadService(ports::Clock& clock, ports::Crypto& crypto,
                             const CatalogSource& catalog, const PeopleSource& people,
                             const FileTokens& tokens)
    : clock_(clock), crypto_(crypto), catalog_(catalog), people_(people), tokens_(tokens) {}

Result<std::vector<std::string>> UploadService::permit(const CallContext& context, FormId form,
                                                       std::string_view batch,
                                                       std::size_t count) const {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_CHECK_OK(find_form(*catalog, form));
  const UserId user = context.principal.user;
  if (!may_on_form(*people, *catalog, user, form, PermissionAction::add) &&
      !may_on_form(*people, *catalog, user, form, PermissionAction::modify)) {
    return not_permitted();
  }
  const Instant until = clock_.now() + kUploadKept;
  std::vector<std::string> tokens;
  tokens.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    tokens.push_back(tokens_.upload_token({form, std::string(batch), random_uuid(crypto_), until}));
  }
  return tokens;
}

Result<UploadPermit> UploadService::check(std::string_view token) const {
  return tokens_.read_upload(token, clock_.now());
}

Status UploadService::keep(ports::WriteTransaction& transaction, const UploadPermit& permit,
                           const NewFile& file, Instant now) {
  CINNABAR_TRY(const auto known, transaction.get(columns::kTable, {cell(permit.key)}));
  if (known) {
    return make_error(Code::already_exists, reasons::kUploadDone,
                      "a file was sent with this token already", permit.key);
  }
  transaction.insert(columns::kTable, {cell(permit.key), cell(permit.form), cell(permit.batch),
                                       cell(file.file_name), cell(file.media_type), cell(file.size),
                                       cell(file.sha256), cell(now), cell(permit.until)});
  return {};
}

Result<std::map<std::string, NewFile, std::less<>>> UploadService::find(
    ports::ReadTransaction& snapshot, FormId form, std::string_view batch,
    const std::set<std::string>& keys) const {
  std::map<std::string, NewFile, std::less<>> files;
  const Instant now = clock_.now();
  for (const std::string& key : keys) {
    CINNABAR_TRY(const auto row, snapshot.get(columns::kTable, {cell(key)}));
    const bool is_usable = row && id_of<FormId>(*row, columns::form_id) == form &&
                           text_of(*row, columns::batch) == batch &&
                           now < instant_of(*row, columns::expires_at);
    if (is_usable) files.emplace(key, read_file(*row));
  }
  return files;
}

}  // namespace cinnabar::services
