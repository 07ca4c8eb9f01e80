#include "sim/world.h"

#include "domain/process/bpmn/export.h"
#include "domain/process/testing/generator.h"
#include "ports/schema.h"
#include "services/codec/form_codec.h"
#include "services/codec/instance_codec.h"
#include "services/idempotency.h"
#include "services/rows.h"
#include "storage/sqlite/sqlite_store.h"

#include "sim/process_maker.h"
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace cinnabar::sim {

namespace schema = ports::schema;
using services::cell;

namespace {

constexpr int kAttemptsMax = 12;
constexpr std::uint64_t kSeedFactor = 0x5DEECE66DULL;

bool is_open_outcome(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::resource_exhausted ||
         (error.code == Code::conflict && error.reason.name == "version_conflict");
}

// Of what a caller may be at fault, and of nothing else.
bool is_callers_fault(Code code) {
  return code == Code::invalid_argument || code == Code::permission_denied ||
         code == Code::not_found || code == Code::failed_precondition || code == Code::conflict ||
         code == Code::already_exists;
}

}  // namespace

World::World(const Options& given)
    : options(given), random(std::in_place, given.seed * kSeedFactor + 1) {
  open_store();
  store = std::make_unique<faulty::FaultyStore>(*disk, faulty::FaultPlan{});
  CINNABAR_ASSERT(disk->migrate().has_value());
  server = std::make_unique<Server>(*store, clock, crypto);
  make_people();
  deploy_processes();
  if (options.has_faults && !chance(4)) {
    has_faults = true;
    faulty::FaultPlan plan;
    plan.seed = options.seed;
    plan.conflict = static_cast<std::uint32_t>(below(80));
    plan.unavailable = static_cast<std::uint32_t>(below(80));
    plan.lost_reply = static_cast<std::uint32_t>(below(120));
    plan.queue_full = static_cast<std::uint32_t>(below(40));
    store = std::make_unique<faulty::FaultyStore>(*disk, plan);
  }
  restarts_always = options.has_faults && chance(8);
  crash();
}

World::~World() {
  held_.reset();
  server.reset();
  store.reset();
  if (disk != nullptr) disk->stop();
  disk.reset();
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

void World::open_store() {
  if (!options.on_sqlite) {
    disk = std::make_unique<memory::MemoryStore>();
    return;
  }
  std::string name = (std::filesystem::temp_directory_path() / "cinnabar-sim-XXXXXX").string();
  CINNABAR_ASSERT(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  sqlite::SqliteOptions sqlite;
  sqlite.path = std::filesystem::path(name) / "sim.db";
  auto opened = sqlite::SqliteStore::open(std::move(sqlite));
  CINNABAR_ASSERT(opened.has_value());
  disk = std::move(*opened);
}

// u1 to u8; g1 (u1, u2, u3) may view, add and modify, g2 (u4, u5) may add; admin may everything,
// and nobody ever asks stranger for anything.
void World::make_people() {
  services::DirectoryPackage directory;
  for (const char* key : {"g1", "g2"}) {
    directory.groups.push_back({GroupKind::group, key, key, "", ""});
  }
  const auto person = [&](const std::string& name, const char* group) {
    services::PackageUser user;
    user.name = name;
    user.display_name = name;
    user.administrator = name == "admin";
    if (group != nullptr) user.groups.emplace_back(GroupKind::group, group);
    directory.users.push_back(std::move(user));
  };
  for (int i = 1; i <= 8; ++i) {
    people_.add_user("u" + std::to_string(i));
    person("u" + std::to_string(i), i <= 3 ? "g1" : i <= 5 ? "g2" : nullptr);
  }
  for (const char* name : {"admin", "stranger"}) people_.add_user(name);
  person("admin", nullptr);
  person("stranger", nullptr);
  CINNABAR_ASSERT(server->admin.import_directory(directory).has_value());
}

services::Package World::package() {
  services::Package package;
  package.key = "sim";
  package.name = "Sim";
  package.document = "{}";
  services::PackageForm form;
  form.form = process::testing::generated_form();
  form.document = services::codec::print_form(form.form);
  package.forms.push_back(std::move(form));
  for (const auto* graph : {&main_graph_, &child_graph_}) {
    services::PackageProcess process;
    process.key = graph->key;
    process.name = graph->key;
    process.form_key = "generated";
    process.bpmn = process::bpmn::to_xml(*graph);
    package.processes.push_back(std::move(process));
  }
  using enum PermissionAction;
  package.permissions.push_back({GroupKind::group, "g1", "*", {view, add, modify}});
  package.permissions.push_back({GroupKind::group, "g2", "*", {add}});
  return package;
}

void World::deploy_processes() {
  main_graph_ = make_process(*random, true);
  child_graph_ = make_process(*random, false);
  const auto deployed = server->admin.deploy(package());
  if (!deployed) return fail("I0: a sound process was refused: " + to_string(deployed.error()));
  if (options.keeps_history) {
    trace.push_back(process::bpmn::to_xml(main_graph_));
    trace.push_back(process::bpmn::to_xml(child_graph_));
  }
  main = server->catalog.current()->process_by_key("sim", "main")->id;
  child = server->catalog.current()->process_by_key("sim", "child")->id;
}

std::optional<ProcessDefinitionId> World::deploy_again() {
  main_graph_.nodes.front().name = "version " + std::to_string(++versions_);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto deployed = server->admin.deploy(package());
    if (deployed || !is_open_outcome(deployed.error())) {
      if (!deployed) fail("I0: a new version was refused: " + to_string(deployed.error()));
      break;
    }
  }
  // A reply that was lost may have left the committed version unread.
  crash();
  return server->catalog.current()->process(main)->current->id;
}

services::CallContext World::as(UserId user) {
  return {Principal{PrincipalKind::user, user}, "sim", "", "127.0.0.1"};
}

UserId World::user(std::string_view name) const {
  return server->people.current()->find_user(name).value_or(UserId{});
}

std::optional<process::Instance> World::instance(ProcessInstanceId id) {
  auto snapshot = disk->read();
  CINNABAR_ASSERT(snapshot.has_value());
  auto loaded = server->instances.load(**snapshot, id);
  if (!loaded) {
    fail("I2: an instance can not be read: " + to_string(loaded.error()));
    return std::nullopt;
  }
  return std::move(*loaded);
}

std::vector<process::Instance> World::instances() {
  std::vector<process::Instance> out;
  for (const ProcessInstanceId id : known) {
    if (auto found = instance(id)) out.push_back(std::move(*found));
  }
  return out;
}

const process::ProcessDefinition& World::graph_of(const process::Instance& instance) const {
  const auto definition = server->catalog.current()->definition(instance.definition);
  CINNABAR_ASSERT(definition != nullptr);
  return *definition->graph;
}

// ---- commands ----

Reply World::send_keyed(const services::CallContext& caller, const std::string& key,
                        const std::string& hash_of, const Work& work) {
  const services::IdempotencyKey idempotency{"sim/" + std::to_string(caller.principal.user.value()),
                                             key, hash_of};
  Reply reply;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    std::string text;
    const Status status =
        ports::submit_and_wait(*store, [&](ports::WriteTransaction& transaction) -> Status {
          CINNABAR_TRY(auto stored, services::find_reply(transaction, idempotency));
          if (stored) {
            text = std::move(*stored);
            return {};
          }
          CINNABAR_TRY(text, work(transaction, caller));
          services::remember_reply(transaction, idempotency, text, clock.now());
          return {};
        });
    if (status) return {Reply::Kind::done, std::move(text), {}};
    if (!is_open_outcome(status.error())) return {Reply::Kind::refused, {}, status.error()};
    if (chance(4)) crash();
  }
  return reply;
}

Reply World::send(const std::string& what, const services::CallContext& caller, Work work) {
  ++commands;
  const std::string key = "k" + std::to_string(++keys_);
  services::CallContext signed_by = caller;
  signed_by.request_id = key;
  const Reply reply = send_keyed(signed_by, key, what, work);
  audits_of_.clear();
  observe();
  const int audits = audits_max(key);
  switch (reply.kind) {
    case Reply::Kind::done:
      note(what + " -> " + reply.text);
      answered_.push_back({signed_by, key, what, std::move(work), reply.text});
      if (answered_.size() > 20) answered_.pop_front();
      if (audits > 1) fail("I1: a command is in the history of one instance twice");
      break;
    case Reply::Kind::refused:
      ++refused;
      note(what + " -> refused: " + std::string(reply.error.reason.name));
      if (audits != 0) fail("I1: a refused command is in history");
      if (!is_callers_fault(reply.error.code)) fail("I0: " + to_string(reply.error));
      break;
    case Reply::Kind::unknown:
      note(what + " -> unknown");
      break;
  }
  return reply;
}

Reply World::apply(const std::string& what, const services::CallContext& caller,
                   ProcessInstanceId id, process::Command command) {
  const Reply reply = send(
      what, caller,
      [this, id, command](ports::WriteTransaction& transaction,
                          const services::CallContext& context) -> Result<std::string> {
        CINNABAR_TRY(const services::Applied applied,
                     server->engine.apply(transaction, context, id, command, "act"));
        return std::to_string(applied.instance.value()) + " " + std::string(name(applied.state));
      });
  // Data that is as wanted already is no change.
  const bool may_be_nothing = std::holds_alternative<process::ChangeData>(command);
  if (reply.is_done() && !may_be_nothing &&
      !audits_of_.contains({"k" + std::to_string(keys_), id})) {
    fail("I1: a command that was acknowledged is not in history");
  }
  return reply;
}

int World::audits_max(const std::string& key) const {
  int most = 0;
  for (const auto& [which, count] : audits_of_) {
    if (which.first == key) most = std::max(most, count);
  }
  return most;
}

void World::repeat(std::size_t which) {
  if (answered_.empty()) return;
  const Answered again = answered_[which % answered_.size()];
  audits_of_.clear();
  const Reply reply = send_keyed(again.caller, again.key, again.what, again.work);
  observe();
  note("repeat " + again.key + " -> " + (reply.is_done() ? reply.text : "no answer"));
  if (reply.kind == Reply::Kind::refused || (reply.is_done() && reply.text != again.text)) {
    fail("I1: a repeated command was answered otherwise");
  }
  if (!audits_of_.empty()) fail("I1: a repeated command was done again");
  const Reply other = send_keyed(again.caller, again.key, again.what + "!", again.work);
  if (other.is_done()) fail("I1: another request got the answer of this key");
}

// ---- time, crashes, readers ----

void World::run_due() {
  // Faults may put things off; whatever is left then is due a minute later.
  for (int round = 0; round < 200 && !has_failed(); ++round) {
    const auto done = server->scheduler.tick();
    observe();
    if (restarts_always) crash();
    if (!done) {
      if (!is_open_outcome(done.error())) fail("I0: the scheduler: " + to_string(done.error()));
      continue;
    }
    if (*done == 0) return;
  }
  if (!has_failed()) fail("I14: there is always more that is due");
}

void World::advance(Duration by) {
  const Instant until = clock.now() + by;
  for (int stop = 0; stop < 500 && !has_failed(); ++stop) {
    run_due();
    const auto next = server->scheduler.next_due();
    if (!next) return fail("I0: the scheduler: " + to_string(next.error()));
    if (!*next || **next > until) break;
    if (**next > clock.now()) clock.advance(**next - clock.now());
  }
  if (clock.now() < until) clock.advance(until - clock.now());
  if (!has_failed()) check_lag();
}

void World::crash() {
  ++crashes;
  server = std::make_unique<Server>(*store, clock, crypto);
}

void World::heal() {
  store->heal();
}

void World::hold_reader() {
  auto snapshot = disk->read();
  CINNABAR_ASSERT(snapshot.has_value());
  held_ = std::move(*snapshot);
  held_content_ = content(*held_);
}

void World::look_again() {
  if (held_ == nullptr) return;
  if (content(*held_) != held_content_) fail("I9: a reader saw something change");
  held_.reset();
}

// ---- the trace ----

void World::mix(std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
}

void World::note(const std::string& line) {
  mix(line);
  mix("\n");
  if (options.keeps_trace) trace.push_back(std::to_string(step) + " " + line);
}

void World::tell(ProcessInstanceId id, const std::vector<process::Event>& events) {
  if (!options.keeps_history) return;
  auto& story = stories_.try_emplace(id, people_).first->second;
  for (const process::Event& event : events) {
    trace.push_back("    " + std::to_string(id.value()) + ": " + story.line(event));
  }
}

void World::fail(const std::string& what) {
  if (failure) return;
  failure = Failure{what.substr(0, what.find(':')), what, step};
  if (options.keeps_trace) trace.push_back(std::to_string(step) + " BROKEN " + what);
}

Ending run(const Options& options, bool with_dump) {
  World world(options);
  const std::uint64_t base = options.seed * 1'000'003ULL;
  for (world.step = 0; world.step < options.steps && !world.has_failed(); ++world.step) {
    if (options.skip.contains(world.step)) continue;
    if (world.step == options.plant_at) world.damage();
    // Every step has dice of its own, so that leaving one out leaves the others alone.
    world.random.emplace(base + static_cast<std::uint64_t>(world.step));
    act(world);
    if (world.restarts_always) world.crash();
  }
  world.random.emplace(base - 1);
  if (!world.has_failed()) world.heal();
  if (!world.has_failed()) drain(world);
  if (!world.has_failed()) world.check_end();
  Ending ending;
  ending.failure = world.failure;
  ending.hash = world.hash;
  ending.trace = world.trace;
  if (with_dump) ending.dump = world.dump();
  ending.commands = world.commands;
  ending.refused = world.refused;
  ending.crashes = world.crashes;
  ending.faults = world.store->injected();
  ending.instances = std::ssize(world.known);
  return ending;
}

}  // namespace cinnabar::sim
