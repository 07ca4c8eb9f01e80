// Exports: everything of an installation as text files that do not depend on the database, and
// the way back. docs/reference/export.md describes the format.
//
// An export is a folder: one file of JSON lines per table, the attachments under their digests, and
// a manifest with sizes and digests, written last. Both ways read and write in pages, so memory
// stays bounded. An export is one snapshot and may be made beside a running server. Blocking; one
// thread.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "ports/store.h"

#include <cstdint>
#include <filesystem>

namespace cinnabar::app {

struct TransferFacts {
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t attachments = 0;
};

// Errors: already_exists when `target` does; data_loss when an attachment is missing or damaged.
Result<TransferFacts> export_to(ports::Store& store, const std::filesystem::path& data_folder,
                                const std::filesystem::path& target, Instant now);

// Sizes, digests, version and tables of an export. not_found when there is none;
// failed_precondition (schema_too_new, schema_changed) for one of another version; data_loss when
// something differs.
Status check_export(const std::filesystem::path& source);

// Puts the rows of a checked export into an empty store, and its attachments below `data_folder`.
// On an error the caller throws both away. invalid_argument or data_loss for a line that does not
// fit its table; conflict when rows contradict each other.
Result<TransferFacts> import_from(const std::filesystem::path& source, ports::Store& store,
                                  const std::filesystem::path& data_folder);

}  // namespace cinnabar::app
