// Attachments: files of an instance, or of a file field of a record.
//
// Files are put into the blob store (synced to disk) before the command that refers to them runs,
// so a committed row always has its file; a file whose command failed is swept later.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "ports/blob_store.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/file_tokens.h"
#include "services/people.h"
#include "vocab/field_value.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cinnabar::services {

// A file in the blob store that no row refers to yet.
struct NewFile {
  std::optional<std::string> field;  // the file field it belongs to; else an attachment
  std::string file_name;             // made safe by store_upload
  std::string media_type;
  std::string sha256;
  std::int64_t size = 0;
};

struct Attachment {
  AttachmentId id;
  ProcessInstanceId instance;  // unassigned: of a record that no process runs on
  RecordId record;             // unassigned: of the instance alone
  std::int64_t position = 0;   // the activity it was added at, or the instance's id for the start
  std::optional<std::string> field;
  std::string file_name;
  std::string media_type;
  std::int64_t size = 0;
  std::string sha256;
  UserId uploaded_by;
  Instant created_at;
};

// Drops path parts and control characters, limits the length, never gives "", "." or "..".
std::string safe_file_name(std::string_view name);

class FileService {
 public:
  struct Options {
    std::int64_t file_bytes_max = 0;           // 0: limits::kAttachmentBytesMax
    std::set<std::string> extensions_refused;  // lower case, without the dot
  };
  FileService(ports::BlobStore& blobs, ports::Clock& clock, const CatalogSource& catalog,
              const PeopleSource& people, const FileTokens& tokens, Options options);

  // Takes a finished upload: checks name, size and type, syncs and moves it. Blocks on the disk.
  Result<NewFile> store_upload(const std::filesystem::path& path, std::string sha256,
                               std::int64_t size, std::string_view file_name,
                               std::string_view media_type);
  // The same for one that is in memory.
  Result<NewFile> store_bytes(std::string_view bytes, std::string_view file_name,
                              std::string_view media_type);

  // Adds files to the position `activity` (or the start, with the instance's id) of an instance.
  // Needs `modify`, or being its participant.
  Status attach(ports::WriteTransaction& transaction, const CallContext& context, ProcessId process,
                std::int64_t position, std::vector<NewFile> files);
  // Oldest first. Needs `view`, or being initiator or participant.
  Result<std::vector<Attachment>> list(ports::ReadTransaction& snapshot, const CallContext& context,
                                       ProcessId process, std::int64_t number);
  struct Download {
    Attachment attachment;
    std::filesystem::path path;
  };
  // Needs to see the instance, or `view` on a process of the record's form.
  Result<Download> open(ports::ReadTransaction& snapshot, const CallContext& context,
                        AttachmentId id);
  // A link that whoever has it may fetch the file with, for a while.
  struct Link {
    AttachmentId id;
    Instant until;
    std::string proof;
  };
  [[nodiscard]] Link link(AttachmentId id, Duration good_for) const;
  // For everybody who has the link, while what the file belongs to is not deleted.
  Result<Download> open(ports::ReadTransaction& snapshot, const Link& link);
  // What is known of them, for callers who may see what refers to them; unknown ids are left out.
  static Result<std::map<AttachmentId, Attachment>> describe(ports::ReadTransaction& snapshot,
                                                             const std::vector<AttachmentId>& ids);
  // Removes files that no row refers to.
  Result<std::int64_t> sweep(ports::Store& store);

 private:
  Status check_file(const NewFile& file, std::int64_t size) const;
  Result<Download> located(Attachment attachment);

  ports::BlobStore& blobs_;
  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  const FileTokens& tokens_;
  Options options_;
};

// The attachments that values refer to, those in tables, too.
std::vector<AttachmentId> files_in(const FieldValues& fields);

// A file with the id that its attachment will have, so that values can refer to it before.
struct NumberedFile {
  AttachmentId id;
  NewFile file;
};
// What files are put to. `record` or `instance` is assigned.
struct FilePlace {
  ProcessInstanceId instance;
  RecordId record;
  std::int64_t position = 0;  // as in Attachment
};
Result<AttachmentId> next_attachment_id(ports::WriteTransaction& transaction);
void insert_file(ports::WriteTransaction& transaction, const FilePlace& place,
                 const NumberedFile& file, UserId by, Instant now);
// Writes the rows of new files of an instance; shared by the services that add files.
Result<std::vector<AttachmentId>> insert_files(ports::WriteTransaction& transaction,
                                               ProcessInstanceId instance, std::int64_t position,
                                               const std::vector<NewFile>& files, UserId by,
                                               Instant now);

}  // namespace cinnabar::services
