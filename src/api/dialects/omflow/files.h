// Files of a ticket: parts of a create or push, upload to a row, and the list.
#pragma once

#include "api/dialects/omflow/gateway.h"
#include "services/catalog.h"
#include "services/file_service.h"

#include <vector>

namespace cinnabar::omflow {

// Moves the files of the call into the blob store: parts named "files" are attachments, a part
// named by a file field (as `files_item` lists them) belongs to that field. Blocks on the disk.
// fields_invalid for a name in `files_item` that is no file field; file_unexpected parts likewise.
Result<std::vector<services::NewFile>> store_files(const Entry& entry,
                                                   const form::FormDefinition& form);
// The same while it is not known which version of the form counts: the service checks the parts'
// names, and check_listed_files those of `files_item`.
Result<std::vector<services::NewFile>> store_files(const Entry& entry);
Result<std::vector<std::string>> listed_files(const Entry& entry);
Status check_listed_files(const std::vector<std::string>& listed, const form::FormDefinition& form);

// /rest/flowmanage/api/omdata-file/upload
api::Answer upload_files(const api::Call& call);
// /rest/flowmanage/api/omdata-file/list
api::Answer list_files(const api::Call& call);

}  // namespace cinnabar::omflow
