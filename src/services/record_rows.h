// Records as rows: how they are read, made and changed, shared by the parts of RecordService.
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"
#include "services/record_service.h"

#include <string>
#include <vector>

namespace cinnabar::services {

enum class RecordAction : std::uint8_t { created = 1, changed = 2, removed = 3, restored = 4 };

// not_found (form_unknown).
Result<const DeployedForm*> find_form(const Catalog& catalog, FormId form);

// An administrator, or somebody with that permission on a process of the form.
bool may_on_form(const People& people, const Catalog& catalog, UserId user, FormId form,
                 PermissionAction action);

// Null pointer for a record that is not of the form, or deleted.
Result<std::optional<ports::Row>> record_row(ports::ReadTransaction& snapshot, FormId form,
                                             RecordId record);
// With the state of their instances, which is one more query for all of them.
Result<std::vector<RecordView>> record_views(ports::ReadTransaction& snapshot,
                                             const std::vector<ports::Row>& rows);

// Types and sizes; invalid_argument (fields_invalid).
Status check_values(const form::FormDefinition& form, const FieldValues* stored,
                    const FieldValues& values, const org::Directory& directory);
// Numbers of serial fields, one after the other without regard to those that failed; a value that
// was sent is not taken.
Status assign_serials(ports::WriteTransaction& transaction, FormId id,
                      const form::FormDefinition& form, FieldValues& fields);
// Rows of tables without an id of their own, or with one that `stored` does not have, get one.
Status assign_row_ids(ports::WriteTransaction& transaction, const form::FormDefinition& form,
                      const FieldValues* stored, FieldValues& fields);

struct RecordChange {
  RecordId record;
  FormId form;
  RecordAction action = RecordAction::created;
  const FieldValues* before = nullptr;  // of a change
  const FieldValues* after = nullptr;
};
// The log of what was done to records.
Status log_change(ports::WriteTransaction& transaction, const CallContext& context,
                  const RecordChange& change, Instant now);

}  // namespace cinnabar::services
