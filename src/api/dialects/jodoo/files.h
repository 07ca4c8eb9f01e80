// Files of this door: tokens to send them with, the sending, and the links that they are read
// with; and between records and files: keys in values become attachments, attachments are shown.
#pragma once

#include "api/common/route.h"
#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/gateway.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cinnabar::jodoo {

std::span<const api::Route> file_routes();

// Finds the files that the values of one call name, and numbers them. Valid as long as what it was
// made with.
class KeyReader {
 public:
  KeyReader(const Entry& entry, ports::WriteTransaction& transaction, FormId form,
            std::string batch)
      : entry_(entry), transaction_(transaction), form_(form), batch_(std::move(batch)) {}

  // For ReadContext: nullopt for a key of another batch, or of none.
  Result<std::optional<FieldValue>> read(const form::Field& field, const std::string& key);
  // Those since the last time: of one record.
  std::vector<services::NumberedFile> take();

 private:
  const Entry& entry_;
  ports::WriteTransaction& transaction_;
  FormId form_;
  std::string batch_;
  std::vector<services::NumberedFile> files_;
};

// What is shown of the files of records, with links that are good for kLinkKept.
inline constexpr Duration kLinkKept = hours(24 * 15);
Result<FileViews> view_files(const Entry& entry, ports::ReadTransaction& snapshot,
                             const std::vector<services::RecordView>& records,
                             const std::vector<services::NumberedFile>& sent = {});

}  // namespace cinnabar::jodoo
