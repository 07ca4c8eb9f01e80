#include "api/dialects/omflow/files.h"

#include "api/dialects/omflow/ids.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <map>
#include <optional>
#include <utility>

namespace cinnabar::omflow {
namespace {

Error not_a_file_field(std::string_view id) {
  Error error = make_error(Code::invalid_argument, reasons::kFieldsInvalid,
                           "the form has no such file field", std::string(id));
  error.fields.push_back({std::string(id), reasons::kFieldUnknown, "no such file field"});
  return error;
}

const form::Field* file_field(const form::FormDefinition& form, std::string_view id) {
  const form::Field* field = form.find(id);
  return field != nullptr && field->type == form::FieldType::file ? field : nullptr;
}

bool is_attachment(const http::Part& part) {
  return part.name == "files" || part.name == "files[]";
}

// A broken name is found before anything is moved.
Status check_names(const Entry& entry, const form::FormDefinition& form) {
  CINNABAR_TRY(const Json::Array listed, entry.parameters.list("files_item"));
  for (const Json& name : listed) {
    const std::string* id = name.as_string();
    if (id == nullptr) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "field ids are expected", "files_item");
    }
    if (file_field(form, *id) == nullptr) return not_a_file_field(*id);
  }
  if (entry.parameters.files().size() > limits::kAttachmentsPerCommandMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                      "too many files in one request", "files");
  }
  for (const http::Part* part : entry.parameters.files()) {
    if (!is_attachment(*part) && file_field(form, part->name) == nullptr) {
      return not_a_file_field(part->name);
    }
  }
  return {};
}

Result<services::NewFile> store_part(const Entry& entry, const http::Part& part) {
  return entry.services->files.store_upload(part.file->path(), part.file->sha256_hex(),
                                            static_cast<std::int64_t>(part.file->size()),
                                            part.file_name.value_or(""), part.media_type);
}

}  // namespace

Result<std::vector<services::NewFile>> store_files(const Entry& entry,
                                                   const form::FormDefinition& form) {
  CINNABAR_CHECK_OK(check_names(entry, form));
  std::vector<services::NewFile> files;
  for (const http::Part* part : entry.parameters.files()) {
    CINNABAR_TRY(services::NewFile file, store_part(entry, *part));
    if (!is_attachment(*part)) file.field = file_field(form, part->name)->id;
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace cinnabar::omflow
