// One deployment inside one write transaction: compares a package with what is stored and writes
// the difference. Used by AdminService::deploy only.
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/admin_service.h"
#include "services/package.h"
#include "services/webhook_event.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cinnabar::services {

class DeploymentWriter {
 public:
  DeploymentWriter(ports::WriteTransaction& transaction, const Package& package,
                   const People& people, std::function<std::string()> make_uuid,
                   const CallContext& context, Instant now, UtcOffset utc_offset = {});
  Result<Deployment> run();

 private:
  struct FormPlace {
    FormId form;
    FormVersionId version;
    bool changed = false;
  };

  Result<std::int64_t> fresh_id();
  Status place_application();
  Status place_form(const PackageForm& form);
  Status tell_webhooks(const FormPlace& place);
  Status place_process(const PackageProcess& process);
  Status write_definition(const PackageProcess& process, const FormPlace& form, ports::Row row,
                          bool is_new);
  Status place_names(const std::vector<ExternalName>& names, std::int64_t internal);
  Status place_permissions();
  struct PlacedDocument {
    std::string key;
    std::string document;
  };
  // Makes the documents of the application in that table what is given; `rest` are the cells behind
  // the document in a row that is new or changed. Returns the rows that nothing is given for.
  Result<std::vector<ports::Row>> place_documents(const ports::Table& table, std::string_view what,
                                                  const std::vector<PlacedDocument>& documents,
                                                  const std::vector<CellValue>& rest);
  Status place_aggregates();
  Status place_automations();
  Status check_uuid(const std::string& uuid, ProcessId process);

  ports::WriteTransaction& transaction_;
  const Package& package_;
  const People& people_;
  std::function<std::string()> make_uuid_;
  WebhookQueue webhooks_;
  Instant now_;
  UtcOffset utc_offset_;
  Deployment deployment_;
  bool changed_ = false;
  ports::Row application_row_;
  bool application_is_new_ = false;
  std::map<std::string, FormPlace> forms_;
  std::map<std::string, ProcessId> processes_;
  std::set<std::tuple<std::string, std::string, std::string>> names_written_;
};

}  // namespace cinnabar::services
