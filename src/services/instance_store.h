// Loads an instance with all that its command needs, and writes what a decision led to: the
// instance, its record, activities, work items, history and audit, in the same transaction.
#pragma once

#include "base/result.h"
#include "domain/process/decide.h"
#include "domain/process/instance.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/instance_list.h"
#include "services/people.h"
#include "services/record_events.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

// What lists show of the start, kept as it was then.
struct StartFacts {
  bool important = false;
  bool urgent = false;
  std::string initiator_name;
  GroupId initiator_position;  // unassigned: had none
};

struct LoadedInstance {
  process::Instance instance;  // with its fields
  std::shared_ptr<const DeployedDefinition> definition;
  ProcessId process;
  std::int64_t number = 0;
  std::int64_t version = 0;  // counts commands; the row's optimistic lock
  RecordId record;
  Instant updated_at;
  std::optional<Instant> ended_at;
  UserId updated_by;
  StartFacts start;
  ports::Row record_row;  // empty for a new instance
};

// not_found (instance_unknown) when there is none; data_loss when its bytes are damaged.
Result<LoadedInstance> load_instance(ports::ReadTransaction& snapshot, const Catalog& catalog,
                                     ProcessInstanceId id);
// By the number that people know; nullopt when there is none.
Result<std::optional<ports::Row>> find_instance_row(ports::ReadTransaction& snapshot,
                                                    ProcessId process, std::int64_t number);

struct DecisionRecord {
  const LoadedInstance& loaded;  // before; for a new instance with `number` and ids set
  const process::Decision& decision;
  const CallContext& context;
  const DeployedDefinition& definition;  // that it follows now
  const People& people;
  RecordEvents& events;
  ApplicationId application;
  FormId form;
  std::string_view action;  // for the audit: "start", "complete", ...
  Instant now;
  bool is_new = false;
  bool has_attachments = false;  // files came with this command
  bool allow_twins = false;      // see unique_fields.h
};
// The instance as lists show it from now on.
Result<ListedInstance> write_decision(ports::WriteTransaction& transaction,
                                      const DecisionRecord& record);

// Runtime ids from the store's sequence. A failing sequence is remembered and given by `status`.
class SequenceIds final : public process::IdSource {
 public:
  explicit SequenceIds(ports::WriteTransaction& transaction) : transaction_(transaction) {}
  std::int64_t next() override;
  [[nodiscard]] Status status() const { return status_; }

 private:
  ports::WriteTransaction& transaction_;
  Status status_;
};

Status write_audit(ports::WriteTransaction& transaction, const CallContext& context,
                   std::string_view action, std::string_view subject_kind, std::int64_t subject,
                   std::string detail, Instant now);

}  // namespace cinnabar::services
