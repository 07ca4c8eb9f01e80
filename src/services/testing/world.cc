#include "services/testing/world.h"

#include "base/text.h"
#include "services/codec/form_codec.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services::testing {

const char* const kTwoTasks = R"(
  <startEvent id="start"/>
  <sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
  <userTask id="a" name="A"><extensionElements>
    <c:participants groups="it"/>
    <c:onActivate><c:set field="$status" value='"assigned"'/></c:onActivate>
  </extensionElements></userTask>
  <sequenceFlow id="f2" sourceRef="a" targetRef="b"/>
  <userTask id="b" name="B"><extensionElements>
    <c:participants groups="it"/>
    <c:onActivate><c:set field="$status" value='"review"'/></c:onActivate>
    <c:quickAction key="action1" label="OK" outcome="approved"><c:set field="RESULT" value='"ok"'/></c:quickAction>
  </extensionElements></userTask>
  <sequenceFlow id="f3" sourceRef="b" targetRef="end"/>
  <endEvent id="end" name="End"/>)";

Result<std::string> FakeCrypto::hash_password(const Secret& password) {
  return "fake:" + std::string(password.reveal());
}

bool FakeCrypto::verify_password(const Secret& password, std::string_view encoded) {
  return encoded == "fake:" + std::string(password.reveal());
}

// FNV-1a in four lanes: 64 hex digits that differ when the input does.
std::string FakeCrypto::sha256_hex(std::string_view bytes) {
  std::string digest;
  for (std::uint64_t lane = 0; lane < 4; ++lane) {
    std::uint64_t hash = 14695981039346656037ULL + lane * 7919;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    for (int i = 0; i < 8; ++i) digest += static_cast<char>(hash >> (8 * i));
  }
  return to_hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
}

std::string FakeCrypto::sha1_hex(std::string_view bytes) {
  return sha256_hex(bytes).substr(0, 40);
}

std::string FakeCrypto::hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  return sha256_hex(std::string(key) + "/" + std::string(bytes));
}

std::string FakeCrypto::hmac_sha1(std::string_view key, std::string_view bytes) {
  return sha256_hex(std::string(key) + "/1/" + std::string(bytes)).substr(0, 20);
}

std::string FakeCrypto::md5(std::string_view bytes) {
  return sha256_hex(bytes).substr(0, 16);
}

std::string FakeCrypto::seal(const Secret& key, const Secret& secret) {
  return sha256_hex(key.reveal()) + std::string(secret.reveal());
}

Result<Secret> FakeCrypto::unseal(const Secret& key, std::string_view sealed) {
  const std::string mark = sha256_hex(key.reveal());
  if (!sealed.starts_with(mark)) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt, "sealed with another key");
  }
  return Secret{std::string(sealed.substr(mark.size()))};
}

std::string FakeCrypto::random_bytes(std::size_t count) {
  std::string out;
  while (out.size() < count) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    out += static_cast<char>(state_ >> 56);
  }
  return out;
}

Result<ports::StoredBlob> FakeBlobs::adopt(const std::filesystem::path&,
                                           const std::string& sha256) {
  stored.insert(sha256);
  return ports::StoredBlob{sha256, 1};
}

Result<ports::StoredBlob> FakeBlobs::put(std::string_view bytes) {
  FakeCrypto crypto;
  stored.insert(crypto.sha256_hex(bytes));
  return ports::StoredBlob{crypto.sha256_hex(bytes), static_cast<std::int64_t>(bytes.size())};
}

Result<std::filesystem::path> FakeBlobs::locate(const std::string& sha256) {
  return std::filesystem::path("blobs") / sha256;
}

Result<std::int64_t> FakeBlobs::sweep(const std::function<bool(std::string_view)>& is_referenced) {
  return static_cast<std::int64_t>(
      std::erase_if(stored, [&](const std::string& sha256) { return !is_referenced(sha256); }));
}

namespace {

DirectoryPackage everybody() {
  DirectoryPackage package;
  for (const char* key : {"it", "finance"}) {
    package.groups.push_back({GroupKind::group, key, key, "", ""});
  }
  const auto person = [&](const char* name, const char* group) {
    PackageUser user;
    user.name = name;
    user.display_name = name;
    user.email = std::string(name) + "@example.com";
    user.password = Secret(name);
    user.administrator = std::string_view(name) == "admin";
    if (group != nullptr) user.groups.emplace_back(GroupKind::group, group);
    package.users.push_back(std::move(user));
  };
  person("admin", nullptr);
  person("alice", "it");
  person("bob", "it");
  person("carol", "finance");
  person("dave", nullptr);
  return package;
}

form::FormDefinition test_form() {
  using form::FieldType;
  form::FormDefinition form;
  form.key = "f";
  form.name = "Form";
  const auto add = [&](const char* id, FieldType type) -> form::Field& {
    form::Field field;
    field.id = id;
    field.type = type;
    field.title = id;
    form.fields.push_back(field);
    return form.fields.back();
  };
  form::Field& title = add("TITLE", FieldType::text);
  title.required = true;
  title.role = form::FieldRole::title;
  add("NOTE", FieldType::text);
  add("RESULT", FieldType::text);
  add("TAG", FieldType::text).unique = true;
  add("FILES", FieldType::file);
  form::Field& kind = add("KIND", FieldType::select);
  kind.options = {{"hw", "Hardware"}, {"sw", "Software"}};
  kind.default_value = FieldValue::text("hw");
  return form;
}

}  // namespace

World::World()
    : sessions(store, clock, crypto, people,
               {.idle_limit = minutes(5), .server_key = Secret(std::string(32, 'k'))}),
      tokens(store, clock, crypto, people),
      instances(clock, catalog, people),
      instance_lists(catalog, people),
      inbox_service(people),
      records(clock, catalog, people),
      file_tokens(crypto, Secret(std::string(32, 'f'))),
      files(blobs, clock, catalog, people, file_tokens,
            {.file_bytes_max = 1000, .extensions_refused = {"exe"}}),
      uploads(clock, crypto, catalog, people, file_tokens),
      collaboration(clock, catalog, people),
      clients(clock, crypto, client_set, people, Secret(std::string(32, 'k'))),
      grants(clock, crypto, client_set, people),
      admin(store, clock, crypto, catalog, people, client_set, clients),
      directory(store, clock, people, sessions),
      engine(clock, catalog, people),
      notices(clock, engine),
      drafts(clock, catalog, people, records),
      jobs(clock, catalog, engine),
      simulation(clock, catalog, people),
      webhooks(clock, crypto, catalog, people, {&kTestFormat}, Secret{std::string(32, 'w')}),
      aggregates(catalog, people),
      automations(catalog, people),
      automation_runner(store, clock, catalog, people, records),
      scheduler(store, clock, engine) {
  EXPECT_TRUE(store.migrate());
  EXPECT_TRUE(people.reload(store));
  EXPECT_TRUE(catalog.reload(store));
  const Status imported = admin.import_directory(everybody());
  EXPECT_TRUE(imported) << to_string(imported.error());
}

Package World::package_of(std::string_view body, std::string_view key,
                          const std::function<void(form::FormDefinition&)>& change) {
  Package package;
  package.key = "app-" + std::string(key);
  package.name = "App";
  package.document = "{}";
  PackageForm form;
  form.form = test_form();
  if (change != nullptr) change(form.form);
  form.document = codec::print_form(form.form);
  package.forms.push_back(std::move(form));
  PackageProcess process;
  process.key = std::string(key);
  process.name = "Process " + std::string(key);
  process.form_key = "f";
  process.external = {{"door", "path", "path-" + std::string(key)}};
  process.bpmn =
      R"(<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" )"
      R"(xmlns:c="urn:cinnabar:bpmn:1.0" targetNamespace="t"><process id="p" isExecutable="true">)" +
      std::string(body) + "</process></definitions>";
  package.processes.push_back(std::move(process));
  package.permissions.push_back(
      {GroupKind::group,
       "it",
       "*",
       {PermissionAction::view, PermissionAction::add, PermissionAction::modify}});
  return package;
}

ProcessId World::deploy(std::string_view body, std::string_view key,
                        const std::function<void(form::FormDefinition&)>& change) {
  const Package package = package_of(body, key, change);
  const auto deployed = admin.deploy(package);
  EXPECT_TRUE(deployed) << to_string(deployed.error());
  const Process* found = catalog.current()->process_by_key(package.key, key);
  EXPECT_NE(found, nullptr);
  return found == nullptr ? ProcessId{} : found->id;
}

CallContext World::as(std::string_view user) const {
  const auto id = people.current()->find_user(user);
  return CallContext{Principal{PrincipalKind::user, id.value_or(UserId{})}, "test", "r1",
                     "127.0.0.1"};
}

Result<Started> World::start(std::string_view user, ProcessId process, FieldValues fields) {
  return write<Started>([&](ports::WriteTransaction& transaction) {
    StartRequest request;
    request.process = process;
    request.fields = fields;
    return instances.start(transaction, as(user), std::move(request));
  });
}

Result<Completed> World::complete(std::string_view user, ActivityInstanceId activity,
                                  FieldValues changes) {
  return write<Completed>([&](ports::WriteTransaction& transaction) {
    CompleteRequest request;
    request.activity = activity;
    request.changes = changes;
    return instances.complete(transaction, as(user), std::move(request));
  });
}

std::vector<OpenPosition> World::open(ProcessId process, std::int64_t number,
                                      std::string_view user) {
  auto snapshot = store.read();
  EXPECT_TRUE(snapshot);
  auto positions = instances.open_positions(**snapshot, as(user), process, number);
  EXPECT_TRUE(positions) << to_string(positions.error());
  return positions ? *positions : std::vector<OpenPosition>{};
}

std::vector<InboxItem> World::inbox(std::string_view user, InboxQuery query) {
  auto snapshot = store.read();
  EXPECT_TRUE(snapshot);
  auto items = inbox_service.list(**snapshot, as(user), query);
  EXPECT_TRUE(items) << to_string(items.error());
  return items ? *items : std::vector<InboxItem>{};
}

void World::run_due() {
  // A process that starts itself at once would go on for ever.
  for (int round = 0; round < 1'000; ++round) {
    const auto done = scheduler.tick();
    ASSERT_TRUE(done) << to_string(done.error());
    const auto automated = automation_runner.tick();
    ASSERT_TRUE(automated) << to_string(automated.error());
    if (*done == 0 && *automated == 0) return;
  }
  FAIL() << "there is always more to do";
}

void World::advance(Duration by) {
  const Instant until = clock.now() + by;
  while (true) {
    run_due();
    const auto next = scheduler.next_due();
    ASSERT_TRUE(next) << to_string(next.error());
    if (!*next || **next > until) break;
    if (**next > clock.now()) clock.advance(**next - clock.now());
  }
  clock.advance(until - clock.now());
}

void World::expect_replay_equals_state(ProcessInstanceId instance) {
  auto snapshot = store.read();
  ASSERT_TRUE(snapshot);
  const auto stored = instances.load(**snapshot, instance);
  const auto folded = instances.replay(**snapshot, instance);
  ASSERT_TRUE(stored) << to_string(stored.error());
  ASSERT_TRUE(folded) << to_string(folded.error());
  EXPECT_EQ(*stored, *folded);
}

std::vector<IncidentRow> World::incidents(ProcessId process) {
  auto snapshot = store.read();
  IncidentQuery query;
  query.process = process;
  return engine.incidents(**snapshot, as("admin"), query).value_or(std::vector<IncidentRow>{});
}

namespace {

Result<std::string> test_body(const std::shared_ptr<const Catalog>&,
                              const std::shared_ptr<const People>&, const WebhookEvent& event) {
  const auto title = event.record.fields.find("TITLE");
  if (title == event.record.fields.end()) {
    return std::string(name(event.kind)) + " " + std::to_string(event.form.value());
  }
  const std::string text = to_plain_text(title->second);
  if (text == "unspeakable") return make_error(Code::internal, Reason{"internal"}, "no words");
  return std::string(name(event.kind)) + " " + text;
}

ports::HttpCall test_call(ports::Crypto&, const std::string& url,
                          const WebhookSignature& signature) {
  ports::HttpCall call;
  call.url = url;
  call.headers = {{"Delivery", std::to_string(signature.delivery)},
                  {"Nonce", std::string(signature.nonce)},
                  {"Secret", std::string(signature.secret)}};
  return call;
}

}  // namespace

const WebhookFormat kTestFormat{"test", test_body, test_call};

Services World::all() {
  return {catalog,        people,        sessions,    tokens, instances,
          instance_lists, inbox_service, records,     files,  uploads,
          collaboration,  clients,       grants,      admin,  directory,
          engine,         notices,       drafts,      jobs,   simulation,
          webhooks,       aggregates,    automations, clock,  crypto};
}

FieldValues values(std::initializer_list<std::pair<const char*, const char*>> texts) {
  FieldValues out;
  for (const auto& [id, text] : texts) out.emplace(id, FieldValue::text(text));
  return out;
}

}  // namespace cinnabar::services::testing
