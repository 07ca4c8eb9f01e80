// An application package in memory: what `deploy` puts into the catalog in one step, and a
// directory package with people and groups. services/codec/package_codec reads both from their
// documents.
#pragma once

#include "base/secret.h"
#include "domain/form/form_definition.h"
#include "domain/process/calendar.h"
#include "domain/process/definition.h"
#include "services/catalog.h"
#include "vocab/states.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

// A name by which clients of a door know a thing; kept for ever once deployed.
struct ExternalName {
  std::string door;
  std::string kind;
  std::string external;
  friend bool operator==(const ExternalName&, const ExternalName&) = default;
};

struct PackageForm {
  form::FormDefinition form;
  std::string document;  // canonical JSON of `form`, as services/codec/form_codec prints it
  std::vector<ExternalName> external;
};

struct PackageProcess {
  std::string key;
  std::string name;
  std::string uuid;  // empty: one is made at the first deployment and kept
  std::string form_key;
  bool enabled = true;
  bool api_enabled = true;
  ProcessSettings settings;
  std::string bpmn;  // the document as it came
  std::string path;  // in the package, for findings
  std::vector<ExternalName> external;
};

struct PackagePermission {
  GroupKind kind = GroupKind::group;
  std::string group;    // key
  std::string process;  // key, or "*" for every process of the package
  std::vector<PermissionAction> actions;
};

struct Package {
  std::string key;
  std::string name;
  std::string document;  // app.json in canonical form
  std::vector<PackageForm> forms;
  std::vector<PackageProcess> processes;
  std::vector<PackagePermission> permissions;
  std::vector<AggregateDefinition> aggregates;
  std::vector<AutomationDefinition> automations;
  std::vector<ExternalName> external;  // of the application itself
};

struct PackageGroup {
  GroupKind kind = GroupKind::group;
  std::string key;
  std::string display_name;
  std::string description;
  // Key of a group of the same kind (of a role_group for a role), or empty.
  std::string parent;
  // Names of people; nullopt: those that are stored stay.
  std::optional<std::vector<std::string>> heads = {};
};

struct PackageUser {
  std::string name;
  std::string display_name;
  std::string email;
  Secret password;  // empty: none is set, or the stored one is kept
  bool administrator = false;
  bool enabled = true;
  // The first department is the main one.
  std::vector<std::pair<GroupKind, std::string>> groups;
  // Names of people; nullopt: what is stored stays; empty: nobody.
  std::optional<std::string> manager;
  std::optional<std::string> substitute;
  // Both stay as stored when the first is not given.
  std::optional<Instant> absent_from;
  std::optional<Instant> absent_until;
};

// A program with a credential of its own at one door; see services/client_service.h.
struct PackageClient {
  std::string door;
  ClientKind kind = ClientKind::bearer;
  std::string key;  // empty for a bearer secret, which is its own name
  Secret secret;
  std::string user;  // whom it acts for
  std::string name;
  std::map<std::string, std::string, std::less<>> settings;
};

// Groups are made before people, in the order given, which is their sequence when they are new, and
// number from 1 in an empty database.
struct DirectoryPackage {
  std::vector<PackageGroup> groups;
  std::vector<PackageUser> users;
  std::vector<PackageClient> clients;
  std::optional<process::WorkCalendar::Settings> calendar = {};  // nullopt: what is stored stays
};

// What is wrong, or worth knowing, in a package; errors forbid the deployment as a whole.
struct PackageFinding {
  std::string path;     // file in the package
  std::string rule;     // stable
  std::string element;  // id inside the file, or empty
  std::int32_t line = 0;
  std::string message;
  bool is_error = true;
};

// "error processes/leave.bpmn:12 flow_target_missing (Flow_3): ..." for consoles and logs.
std::string to_string(const PackageFinding& finding);

}  // namespace cinnabar::services
