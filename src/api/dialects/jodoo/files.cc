#include "api/dialects/jodoo/files.h"

#include "api/common/file_answer.h"
#include "api/common/problem.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <utility>

namespace cinnabar::jodoo {
namespace {

using api::Lane;

constexpr std::size_t kTokens = 100;  // exactly so many; clients count them
constexpr int kUploadFailedStatus = 579;
constexpr std::string_view kUploadPath = "/api/v5/app/entry/file/upload";
constexpr std::string_view kDownloadPath = "/api/v5/app/entry/file/download/";

bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '-' || c == '_' || c == '[' || c == ']';
  });
}

// Where clients reach this server: as the operator says, else as this client did. A proxy that
// ends TLS says so.
std::string base_url(const Entry& entry) {
  const std::string_view set = setting(entry, "public_url");
  if (!set.empty()) return std::string(set.substr(0, set.find_last_not_of('/') + 1));
  const std::string_view host = entry.request->header("Host");
  if (!is_host(host)) return {};
  const bool is_secure =
      entry.settings->is_secure || entry.request->header("X-Forwarded-Proto") == "https";
  return (is_secure ? "https://" : "http://") + std::string(host);
}

// ---- tokens ----

Result<Json> get_upload_token(Entry& entry) {
  CINNABAR_TRY(const Target found, target(entry));
  CINNABAR_TRY(const std::string batch, transaction_id(entry));
  if (batch.empty()) return fail(codes::kInvalidPlatformParameter, "transaction_id is missing.");
  CINNABAR_TRY(const auto tokens,
               entry.services->uploads.permit(entry.context, found.form, batch, kTokens));
  const std::string url = base_url(entry) + std::string(kUploadPath);
  Json list = Json::array();
  for (const std::string& token : tokens) {
    list.push(Json::object().set("url", url).set("token", token));
  }
  return Json::object().set("token_and_url_list", std::move(list));
}

// ---- the upload ----

http::Response refuse_upload(const Error& error) {
  const Error shown = fail(codes::kUploadFailed,
                           api::hides_detail(error.code) ? std::string() : error.detail + ".");
  http::Response response = refuse(shown);
  response.status = kUploadFailedStatus;
  return response;
}

struct Upload {
  services::UploadPermit permit;
  services::NewFile file;
};

Result<services::NewFile> store(const api::Call& call, const http::Part& part) {
  services::FileService& files = call.services->files;
  const std::string name = part.file_name.value_or("");
  if (part.file == nullptr) return files.store_bytes(part.text, name, part.media_type);
  return files.store_upload(part.file->path(), part.file->sha256_hex(),
                            static_cast<std::int64_t>(part.file->size()), name, part.media_type);
}

// The parts may come in either order, and the file without a name.
Result<Upload> read_upload(const api::Call& call) {
  const http::Request& request = *call.request;
  if (!request.is_multipart || request.body_error) {
    return make_error(Code::invalid_argument, reasons::kMultipartMalformed,
                      "Send multipart/form-data with the parts token and file");
  }
  const auto token = std::ranges::find(request.parts, "token", &http::Part::name);
  const auto file = std::ranges::find(request.parts, "file", &http::Part::name);
  if (token == request.parts.end() || file == request.parts.end()) {
    return make_error(Code::invalid_argument, reasons::kFileMissing,
                      "The parts token and file are needed");
  }
  Upload upload;
  CINNABAR_TRY(upload.permit, call.services->uploads.check(trim(token->text)));
  CINNABAR_TRY(upload.file, store(call, *file));
  return upload;
}

api::Answer upload(const api::Call& call) {
  auto read = read_upload(call);
  if (!read) return refuse_upload(read.error());
  return api::WriteStep{[services = call.services, upload = std::move(*read)](
                            ports::WriteTransaction& transaction) -> Result<http::Response> {
                          CINNABAR_CHECK_OK(services::UploadService::keep(
                              transaction, upload.permit, upload.file, services->clock.now()));
                          return success(Json::object().set("key", upload.permit.key));
                        },
                        [](const Error& error) { return refuse_upload(error); }};
}

// ---- the download ----

// {version}/.../{id}/{until}/{proof}/{name}; the name is for those who read it from the address.
api::Answer download(const api::Call& call) {
  const auto refused = [](const Error& error) {
    http::Response response = refuse(error);
    response.status = error.code == Code::not_found ? 404 : response.status;
    return response;
  };
  const auto id = parse_int(call.captures.at(1));
  const auto until = parse_int(call.captures.at(2));
  if (!id || !until) {
    return refused(make_error(Code::not_found, reasons::kAttachmentUnknown, "no such file"));
  }
  const auto found = call.services->files.open(
      *call.snapshot,
      services::FileService::Link{AttachmentId{*id}, Instant{*until}, call.captures.at(3)});
  if (!found) return refused(found.error());
  return api::file_response(*call.request, *found);
}

std::string link_to(const Entry& entry, const std::string& base, AttachmentId id,
                    const std::string& name) {
  const auto link = entry.services->files.link(id, kLinkKept);
  return base + std::string(kDownloadPath) + std::to_string(id.value()) + '/' +
         std::to_string(link.until.micros()) + '/' + link.proof + '/' + api::encode_segment(name);
}

constexpr std::string_view kTokenRequest =
    R"({"app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd", "transaction_id": "87cd7d71-c6df-4281-9927-469094395677"})";
constexpr std::string_view kTokenAnswer =
    R"({"token_and_url_list": [{"url": "https://host/api/v5/app/entry/file/upload", "token": "..."}]})";

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/app/entry/file/get_upload_token",
     Lane::cpu,
     reading<20, get_upload_token>,
     {"A hundred tokens to send files with, for records of one transaction", kTokenRequest,
      kTokenAnswer}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/file/get_upload_token",
     Lane::cpu,
     reading<20, get_upload_token>,
     {"A hundred tokens, older route", R"({"transaction_id": "87cd7d71"})", kTokenAnswer}},
    {"POST",
     "/api/{version}/app/entry/file/upload",
     Lane::blocking,
     upload,
     {"Send one file; multipart with the parts token and file, without Authorization", "",
      R"({"key": "5d4c1d4e-7d0b-4c9a-8e7b-2f0a9d1c3b5e"})"}},
    {"GET",
     "/api/{version}/app/entry/file/download/{id}/{until}/{proof}/{name}",
     Lane::read,
     download,
     {"The bytes of a file, for whoever has the link; without Authorization", "", ""}},
};

}  // namespace

Result<std::optional<FieldValue>> KeyReader::read(const form::Field& field,
                                                  const std::string& key) {
  if (batch_.empty()) return std::optional<FieldValue>{};
  CINNABAR_TRY(auto found, entry_.services->uploads.find(transaction_, form_, batch_, {key}));
  if (found.empty()) return std::optional<FieldValue>{};
  services::NumberedFile numbered;
  CINNABAR_TRY(numbered.id, services::next_attachment_id(transaction_));
  numbered.file = std::move(found.begin()->second);
  numbered.file.field = field.id;
  files_.push_back(numbered);
  return std::optional{FieldValue{FileRef{numbered.id, numbered.file.file_name}}};
}

std::vector<services::NumberedFile> KeyReader::take() {
  return std::exchange(files_, {});
}

Result<FileViews> view_files(const Entry& entry, ports::ReadTransaction& snapshot,
                             const std::vector<services::RecordView>& records,
                             const std::vector<services::NumberedFile>& sent) {
  FileViews views;
  std::vector<AttachmentId> ids;
  for (const services::RecordView& record : records) {
    const auto more = services::files_in(record.fields);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  if (ids.empty()) return views;
  const std::string base = base_url(entry);
  const auto show = [&](AttachmentId id, const std::string& name, std::int64_t size,
                        const std::string& media_type) {
    views.insert_or_assign(id, FileView{size, media_type, link_to(entry, base, id, name)});
  };
  // What this call writes is not to be read yet.
  for (const services::NumberedFile& one : sent) {
    show(one.id, one.file.file_name, one.file.size, one.file.media_type);
  }
  std::erase_if(ids, [&](AttachmentId id) { return views.contains(id); });
  CINNABAR_TRY(const auto stored, services::FileService::describe(snapshot, ids));
  for (const auto& [id, file] : stored) show(id, file.file_name, file.size, file.media_type);
  return views;
}

std::span<const api::Route> file_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
