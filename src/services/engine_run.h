// One transaction's work of the engine: commands on instances, and what they make other instances
// do. A transaction does not see its own writes, so instances are kept here while they change and
// each is written once at the end.
//
// What is thrown, called and answered is delivered in the order it happened, within the same
// transaction as long as that touches few instances; the rest goes to the outbox, from which the
// scheduler goes on. Messages have one receiver: whoever waits longest with that name and key, else
// a start event; with neither they are dropped. Signals reach everybody who waits when they are
// thrown, and every start event of that name.
//
// Ownership: borrows everything it is made with. Thread: the writer, for one command.
#pragma once

#include "base/log.h"
#include "services/aggregate.h"
#include "services/codec/effect_codec.h"
#include "services/instance_store.h"
#include "services/people.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

struct EngineSurroundings {
  std::shared_ptr<const Catalog> catalog;
  std::shared_ptr<const People> people;
  Instant now;
  UtcOffset utc_offset;
  const Logger* logger = nullptr;  // of what is given up; null pointer: nowhere
};

// Names on their way into an instance: those of fields of the form become the record, the rest stay
// variables.
struct SplitVariables {
  FieldValues fields;
  expr::Variables variables;
};
SplitVariables split_variables(const form::FormDefinition& form, const expr::Variables& variables);

class EngineRun {
 public:
  EngineRun(ports::WriteTransaction& transaction, const CallContext& context,
            EngineSurroundings surroundings);
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;

  // As it is now; valid until the run ends. Errors: those of load_instance.
  Result<const process::Instance*> instance(ProcessInstanceId id);
  // As it was stored, with its definition. Only after `instance`.
  [[nodiscard]] const LoadedInstance& loaded(ProcessInstanceId id) const;
  [[nodiscard]] std::int64_t fresh_id() { return ids_.next(); }

  // Errors: those of decide(). `action` is for the audit and must be a constant.
  Status apply(ProcessInstanceId id, const process::Command& command, std::string_view action,
               bool has_attachments = false);
  // A new instance of that definition: `command` has the record and its id (fresh_id).
  struct Marks {
    bool important = false;
    bool urgent = false;
    bool has_attachments = false;
  };
  Status start(const Process& process, RecordId record, process::Start command,
               std::string_view action, Marks marks);
  Status start(const Process& process, RecordId record, process::Start command,
               std::string_view action) {
    return start(process, record, std::move(command), action, Marks{});
  }

  // Without a receiver the message is dropped and `is_delivered` stays false. Only instances of
  // `allowed` get it and only those are started by it; null pointer: any.
  struct Delivery {
    bool is_delivered = false;
    ProcessInstanceId instance;
  };
  Result<Delivery> deliver_message(const codec::Effect& effect,
                                   const std::vector<ProcessId>* allowed = nullptr);
  // Puts it behind what is to be delivered already.
  void enqueue(codec::Effect effect) { effects_.push_back(std::move(effect)); }

  // Starts a process for a start event that was triggered. Returns the new instance.
  Result<ProcessInstanceId> start_by_trigger(const Process& process, const std::string& node_id,
                                             const expr::Variables& variables);

  // Counts the record of an instance that is about to be started, so that one whose numbers do not
  // fit is refused by itself, not with all others at the end.
  Status count_in(ProcessInstanceId id, FormId form, const FieldValues& fields);

  // Of a command that writes more than this run does: a transaction does not see its own writes, so
  // totals are kept in one place.
  void share(AggregateLedger& ledger) { ledger_ = &ledger; }

  // Values of unique fields that other records have are no error.
  void allow_twins() { allows_twins_ = true; }

  // Delivers what is queued and writes everything. Last.
  Status finish();
  // Of touched instances; the number of a new one after `finish`.
  [[nodiscard]] std::int64_t number_of(ProcessInstanceId id) const;
  [[nodiscard]] InstanceState state_of(ProcessInstanceId id) const;
  // Of touched instances, as lists show it after `finish`.
  [[nodiscard]] const ListedInstance& listed(ProcessInstanceId id) const;

 private:
  struct Touched {
    LoadedInstance before;
    std::shared_ptr<const DeployedDefinition> definition;
    process::Instance now;
    std::vector<process::Event> events;
    FormId form;
    std::string_view action;
    bool is_new = false;
    bool has_attachments = false;
    ListedInstance listed;  // once written
  };

  Result<Touched*> touch(ProcessInstanceId id);
  Status decide(Touched& touched, const process::Command& command);
  void follow(const Touched& touched, std::size_t from);
  void answer_caller(const process::Instance& ended);
  Status deliver(const codec::Effect& effect);
  Status deliver_signal(const codec::Effect& effect);
  Status start_called(const codec::Effect& effect);
  Status cancel_called(const codec::Effect& effect);
  Status answer_call(const codec::Effect& effect);
  Result<std::optional<std::pair<ProcessInstanceId, WaitId>>> find_receiver(
      const codec::Effect& effect, const std::vector<ProcessId>* allowed);
  Result<std::vector<ProcessInstanceId>> signal_receivers(const codec::Effect& effect, WaitId& last,
                                                          bool& is_last_page);
  // A page of what the effect starts, behind `effect.started`.
  Result<std::vector<ports::Row>> starts_of(WaitKind kind, const codec::Effect& effect);
  // Null pointer when its process is switched off.
  [[nodiscard]] const Process* startable(const ports::Row& trigger) const;
  Status start_by_signal(const codec::Effect& effect);
  Status start_by_condition(const codec::Effect& effect);
  // Those of the page that are meant, and later the pages behind it.
  Status start_page(
      WaitKind kind, const codec::Effect& effect,
      const std::function<Result<bool>(const Process&, const std::string&)>& is_meant);
  Status start_by_message(const codec::Effect& effect, const std::vector<ProcessId>* allowed,
                          Delivery& delivery);
  void note_refused(const codec::Effect& effect, const Error& error) const;
  [[nodiscard]] const Process* find_called(const process::Instance& caller,
                                           std::string_view called) const;
  Result<ProcessInstanceId> start_with(const Process& process, process::Start command,
                                       const expr::Variables& variables, std::string_view action);
  Status park(const codec::Effect& effect, std::int64_t attempts);
  Status write();

  ports::WriteTransaction& transaction_;
  const CallContext& context_;
  EngineSurroundings around_;
  SequenceIds ids_;
  RecordEvents events_;
  AggregateLedger own_ledger_;
  AggregateLedger* ledger_ = &own_ledger_;
  std::map<ProcessInstanceId, FieldValues> counted_;  // new records that the ledger has already
  std::map<ProcessInstanceId, Touched> touched_;
  std::deque<codec::Effect> effects_;
  std::int32_t hops_ = 0;
  bool allows_twins_ = false;
};

}  // namespace cinnabar::services
