// What is deployed: processes, their current and earlier definitions, forms, and the names that
// clients know them by. An immutable snapshot, swapped after a deployment has committed.
//
// Thread: snapshots are immutable; the source is safe from any thread.
#pragma once

#include "base/result.h"
#include "domain/form/form_definition.h"
#include "domain/process/definition.h"
#include "ports/store.h"
#include "services/automation.h"
#include "services/snapshot_source.h"
#include "vocab/decimal.h"
#include "vocab/ids.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace cinnabar::services {

// Switches of a process, part of its package.
struct ProcessSettings {
  bool attachments = true;  // files may be attached to its instances
  bool comments = true;
  bool relations = true;
  bool offer_work = true;  // work items appear in inboxes
  friend bool operator==(const ProcessSettings&, const ProcessSettings&) = default;
};

struct DeployedForm {
  FormId id;
  ApplicationId application;
  FormVersionId version_id;
  std::int64_t version = 1;
  Instant created_at;        // this version
  Instant first_created_at;  // the first version
  std::shared_ptr<const form::FormDefinition> definition;
};

// What of a form's records goes into an aggregate table; see services/aggregate.h.
struct AggregateSource {
  std::string form;                // key in the package
  std::string table;               // a field of the form: each of its rows counts; else the record
  std::vector<std::string> group;  // fields of the row or the record
  std::string value;  // a number of the row, or of the record without a table; empty: one
  bool subtract = false;
  friend bool operator==(const AggregateSource&, const AggregateSource&) = default;
};
struct AggregateDefinition {
  std::string key;
  std::string name;
  std::optional<Decimal> at_least;  // no write takes a total further below it
  std::vector<AggregateSource> sources;
  friend bool operator==(const AggregateDefinition&, const AggregateDefinition&) = default;
};
struct DeployedAggregate {
  std::int64_t id = 0;
  ApplicationId application;
  AggregateDefinition definition;
  std::vector<FormId> forms;  // of each source
};

struct DeployedDefinition {
  ProcessDefinitionId id;
  ProcessId process;
  std::int64_t version = 1;
  FormVersionId form_version;
  std::shared_ptr<const process::ProcessDefinition> graph;
  std::shared_ptr<const form::FormDefinition> form;
};

struct Application {
  ApplicationId id;
  std::string key;
  std::string name;
  std::int64_t version = 1;
};

struct Process {
  ProcessId id;
  ApplicationId application;
  std::string key;
  std::string name;
  std::string uuid;  // 36 characters, lower case
  FormId form;
  bool enabled = true;
  bool api_enabled = true;
  ProcessSettings settings;
  Instant created_at;                                 // the first version
  std::shared_ptr<const DeployedDefinition> current;  // null while nothing is deployed
};

class Catalog {
 public:
  static Result<std::shared_ptr<const Catalog>> load(ports::ReadTransaction& snapshot);

  // Null pointers when there is none. Valid as long as the snapshot.
  [[nodiscard]] const Process* process(ProcessId id) const;
  [[nodiscard]] const Process* process_by_uuid(std::string_view uuid) const;  // dashes optional
  [[nodiscard]] const Process* process_by_key(std::string_view application,
                                              std::string_view key) const;
  [[nodiscard]] const Process* process_by_name(std::string_view application_name,
                                               std::string_view name) const;
  [[nodiscard]] std::shared_ptr<const DeployedDefinition> definition(ProcessDefinitionId id) const;
  [[nodiscard]] std::shared_ptr<const DeployedDefinition> find_version(ProcessId process,
                                                                       std::int64_t version) const;
  [[nodiscard]] const DeployedForm* form(FormId id) const;
  [[nodiscard]] const Application* application(ApplicationId id) const;
  [[nodiscard]] const std::map<ProcessId, Process>& processes() const { return processes_; }
  [[nodiscard]] const std::map<FormId, DeployedForm>& forms() const { return forms_; }
  [[nodiscard]] const std::map<ApplicationId, Application>& applications() const {
    return applications_;
  }

  [[nodiscard]] const std::map<std::int64_t, DeployedAggregate>& aggregates() const {
    return aggregates_;
  }
  // Null pointer when there is none.
  [[nodiscard]] const DeployedAggregate* aggregate(std::int64_t id) const;
  // Those with that form among their sources.
  [[nodiscard]] const std::vector<const DeployedAggregate*>& aggregates_of(FormId form) const;

  [[nodiscard]] const std::map<std::int64_t, DeployedAutomation>& automations() const {
    return automations_;
  }
  // Those that follow the records of that form.
  [[nodiscard]] const std::vector<const DeployedAutomation*>& automations_of(FormId form) const;

  // A name that a client or administrator chose, for example door "acme", kind "api_path".
  [[nodiscard]] std::optional<std::int64_t> find_external(std::string_view door,
                                                          std::string_view kind,
                                                          std::string_view external) const;
  // The first external name of a thing, in alphabetical order.
  [[nodiscard]] std::optional<std::string> external_of(std::string_view door, std::string_view kind,
                                                       std::int64_t internal) const;

 private:
  Status load_aggregates(ports::ReadTransaction& snapshot);
  Status load_automations(ports::ReadTransaction& snapshot);
  // By its key; nullopt when the application has none.
  [[nodiscard]] std::optional<FormId> form_of(ApplicationId application,
                                              std::string_view key) const;

  std::map<ApplicationId, Application> applications_;
  std::map<ProcessId, Process> processes_;
  std::map<FormId, DeployedForm> forms_;
  std::map<ProcessDefinitionId, std::shared_ptr<const DeployedDefinition>> definitions_;
  std::map<std::int64_t, DeployedAggregate> aggregates_;
  std::map<FormId, std::vector<const DeployedAggregate*>> aggregates_of_;
  std::map<std::int64_t, DeployedAutomation> automations_;
  std::map<FormId, std::vector<const DeployedAutomation*>> automations_of_;
  std::map<std::string, ProcessId, std::less<>> by_uuid_;  // without dashes
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> external_;
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::string> external_of_;
};

using CatalogSource = SnapshotSource<Catalog>;

}  // namespace cinnabar::services
