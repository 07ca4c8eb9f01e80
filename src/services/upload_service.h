// Files that are sent ahead of the records they are for. A caller who may write records of a form
// is given permits for a batch, each for one file; whoever has the token of one sends the file and
// gets a key; a write of records of the same form and batch may name that key for kUploadKept,
// which binds the file to them. Files that nobody named are forgotten afterwards.
//
// Ownership: borrows everything. Thread: any; commands run inside a write transaction and answer
// before the commit. Errors: permission_denied (not_permitted); not_found (form_unknown);
// unauthenticated (token_unknown); already_exists (upload_done) for a second file of one permit.
#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/file_service.h"
#include "services/file_tokens.h"
#include "services/people.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::services {

// How long a permit is good, and the file that was sent with it.
inline constexpr Duration kUploadKept = hours(1);

// Removes what expired before `now`; returns how many. Blocks on commits.
Result<std::int64_t> forget_old_uploads(ports::Store& store, Instant now);

class UploadService {
 public:
  UploadService(ports::Clock& clock, ports::Crypto& crypto, const CatalogSource& catalog,
                const PeopleSource& people, const FileTokens& tokens);

  // That many tokens. Needs `add` or `modify` on a process of the form, or being an administrator.
  // Writes nothing.
  Result<std::vector<std::string>> permit(const CallContext& context, FormId form,
                                          std::string_view batch, std::size_t count) const;
  [[nodiscard]] Result<UploadPermit> check(std::string_view token) const;
  // `file` is in the blob store already.
  static Status keep(ports::WriteTransaction& transaction, const UploadPermit& permit,
                     const NewFile& file, Instant now);
  // Those of `keys` that this form and batch may name now.
  Result<std::map<std::string, NewFile, std::less<>>> find(ports::ReadTransaction& snapshot,
                                                           FormId form, std::string_view batch,
                                                           const std::set<std::string>& keys) const;

 private:
  ports::Clock& clock_;
  ports::Crypto& crypto_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  const FileTokens& tokens_;
};

}  // namespace cinnabar::services
