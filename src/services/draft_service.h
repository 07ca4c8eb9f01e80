// Drafts: what somebody began to fill in and nobody else sees. A draft is in no list of records,
// has no numbers of serial fields and takes no unique values; submitting it makes it a record with
// the same id.
//
// Who may: whoever may add records of the form, with their own drafts. Thread: any; commands run
// inside a write transaction and answer before the commit. Errors: permission_denied
// (not_permitted); not_found (form_unknown, record_unknown), also for drafts of others;
// invalid_argument (fields_invalid, limit_exceeded); resource_exhausted (limit_exceeded).
#pragma once

#include "services/record_service.h"

#include <vector>

namespace cinnabar::services {

inline constexpr std::int64_t kDraftsMax = 1'000;  // of one person and form

class DraftService {
 public:
  DraftService(ports::Clock& clock, const CatalogSource& catalog, const PeopleSource& people,
               RecordService& records);

  Result<RecordView> save(ports::WriteTransaction& transaction, const CallContext& context,
                          FormId form, FieldValues fields);
  Result<RecordView> change(ports::WriteTransaction& transaction, const CallContext& context,
                            const ChangeRecord& request);
  Result<RecordView> submit(ports::WriteTransaction& transaction, const CallContext& context,
                            const ChangeRecord& request);
  Status remove(ports::WriteTransaction& transaction, const CallContext& context, FormId form,
                RecordId draft);

  static Result<RecordView> find(ports::ReadTransaction& snapshot, const CallContext& context,
                                 FormId form, RecordId draft);
  // The caller's own, oldest first.
  static Result<std::vector<RecordView>> list(ports::ReadTransaction& snapshot,
                                              const CallContext& context, FormId form);

 private:
  Result<const DeployedForm*> check(const CallContext& context, const Catalog& catalog,
                                    FormId form) const;

  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  RecordService& records_;
};

}  // namespace cinnabar::services
