#include "api/dialects/omflow/files.h"

#include "api/dialects/omflow/ids.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
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

Status check_count(const Entry& entry) {
  if (entry.parameters.files().size() <= limits::kAttachmentsPerCommandMax) return {};
  return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                    "too many files in one request", "files");
}

// A broken name is found before anything is moved.
Status check_names(const Entry& entry, const form::FormDefinition& form) {
  CINNABAR_TRY(const auto listed, listed_files(entry));
  CINNABAR_CHECK_OK(check_listed_files(listed, form));
  CINNABAR_CHECK_OK(check_count(entry));
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

// A row of a flow's ticket, as upload names it.
struct Target {
  ProcessId process;
  std::int64_t position = 0;
};

Result<Target> read_target(const Entry& entry) {
  CINNABAR_TRY(const Flow flow, find_flow(entry));
  CINNABAR_TRY(const std::int64_t data_id, read_id(entry.parameters, "data_id"));
  return Target{flow.process->id, data_id};
}

// All files of an upload are attachments, whatever their parts are called.
Result<std::vector<services::NewFile>> store_all(const Entry& entry) {
  if (entry.request->body_error) {
    return make_error(Code::invalid_argument, reasons::kMultipartMalformed,
                      "the body is no complete multipart body", *entry.request->body_error);
  }
  CINNABAR_CHECK_OK(check_count(entry));
  std::vector<services::NewFile> files;
  for (const http::Part* part : entry.parameters.files()) {
    CINNABAR_TRY(services::NewFile file, store_part(entry, *part));
    files.push_back(std::move(file));
  }
  return files;
}

Json file_row(const services::Attachment& file, const services::Process& process,
              std::int64_t number, const services::People& people, UtcOffset zone) {
  const services::User* by = people.user(file.uploaded_by);
  Json row = Json::object();
  row.set("id", file.id.value())
      .set("flow_uuid", process.uuid)
      .set("data_no", number)
      .set("data_id", file.position)
      .set("file_name", file.file_name)
      .set("file_size", file.size)
      .set("formitm_id", file.field ? Json{*file.field} : Json{})
      .set("upload_user_id", by == nullptr ? Json{} : Json{by->name})
      .set("createtime", to_local_millis(file.created_at, zone));
  return row;
}

// The newest of each name and field; a file of the same name replaces the one before.
std::vector<services::Attachment> newest_of_each(std::vector<services::Attachment> files) {
  std::map<std::pair<std::string, std::string>, std::int64_t> newest;
  const auto key_of = [](const services::Attachment& file) {
    return std::pair{file.field.value_or(""), file.file_name};
  };
  for (const services::Attachment& file : files) {
    std::int64_t& id = newest[key_of(file)];
    id = std::max(id, file.id.value());
  }
  std::erase_if(files, [&](const services::Attachment& file) {
    return newest[key_of(file)] != file.id.value();
  });
  return files;
}

}  // namespace

Result<std::vector<std::string>> listed_files(const Entry& entry) {
  CINNABAR_TRY(const Json::Array listed, entry.parameters.list("files_item"));
  std::vector<std::string> names;
  for (const Json& name : listed) {
    const std::string* id = name.as_string();
    if (id == nullptr) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "field ids are expected", "files_item");
    }
    names.push_back(*id);
  }
  return names;
}

Status check_listed_files(const std::vector<std::string>& listed,
                          const form::FormDefinition& form) {
  for (const std::string& id : listed) {
    if (file_field(form, id) == nullptr) return not_a_file_field(id);
  }
  return {};
}

Result<std::vector<services::NewFile>> store_files(const Entry& entry) {
  CINNABAR_CHECK_OK(check_count(entry));
  std::vector<services::NewFile> files;
  for (const http::Part* part : entry.parameters.files()) {
    CINNABAR_TRY(services::NewFile file, store_part(entry, *part));
    if (!is_attachment(*part)) file.field = part->name;
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::vector<services::NewFile>> store_files(const Entry& entry,
                                                   const form::FormDefinition& form) {
  CINNABAR_CHECK_OK(check_names(entry, form));
  CINNABAR_TRY(auto files, store_files(entry));
  for (services::NewFile& file : files) {
    if (file.field) file.field = file_field(form, *file.field)->id;
  }
  return files;
}

api::Answer upload_files(const api::Call& call) {
  return with_entry(call, [](const Entry& entry) -> api::Answer {
    if (!entry.parameters.is_truthy("data_id")) {
      return entry.parameters.has("data_id") ? entry.voice.empty(Shape::plain, "data_id")
                                             : entry.voice.missing(Shape::plain, "data_id");
    }
    const auto refuse = [voice = entry.voice](const Error& error) {
      return voice.refuse(Shape::plain, Verb::other, error);
    };
    const auto target = read_target(entry);
    if (!target) return refuse(target.error());
    auto files = store_all(entry);
    if (!files) return refuse(files.error());
    api::WriteStep step;
    step.run = [services = entry.services, context = entry.context, voice = entry.voice,
                target = *target, files = std::move(*files)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
      CINNABAR_CHECK_OK(
          services->files.attach(transaction, context, target.process, target.position, files));
      return voice.success(Shape::plain, Text::uploaded, {});
    };
    step.refuse = refuse;
    return step;
  });
}

api::Answer list_files(const api::Call& call) {
  return with_entry(call, [&](const Entry& entry) -> api::Answer {
    if (!entry.parameters.is_truthy("data_no")) {
      return entry.parameters.has("data_no") ? entry.voice.empty(Shape::plain, "data_no")
                                             : entry.voice.missing(Shape::plain, "data_no");
    }
    const auto refuse = [&](const Error& error) {
      return entry.voice.refuse(Shape::plain, Verb::other, error);
    };
    const auto flow = find_flow(entry);
    if (!flow) return refuse(flow.error());
    const auto number = read_id(entry.parameters, "data_no");
    if (!number) return refuse(number.error());
    auto files =
        entry.services->files.list(*call.snapshot, entry.context, flow->process->id, *number);
    if (!files) return refuse(files.error());
    const auto people = entry.services->people.current();
    Json rows = Json::array();
    for (const services::Attachment& file : newest_of_each(std::move(*files))) {
      rows.push(file_row(file, *flow->process, *number, *people, entry.time_zone));
    }
    return entry.voice.success(Shape::plain, Text::searched, std::move(rows));
  });
}

}  // namespace cinnabar::omflow
