#include "engine_load.h"

#include "domain/process/bpmn/export.h"
#include "domain/process/testing/generator.h"
#include "domain/process/testing/verb_world.h"
#include "ports/schema.h"
#include "services/codec/form_codec.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace cinnabar::load {
namespace {

using process::testing::ProcessBuilder;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void must(const Status& status, const char* what) {
  if (status) return;
  std::fprintf(stderr, "bench: %s: %s\n", what, to_string(status.error()).c_str());
  std::exit(1);
}

process::NodeSettings asks(const char* user) {
  process::UserTask task;
  task.participants = {process::FixedUsers{{user}}};
  return task;
}

std::shared_ptr<const process::ProcessDefinition> graph_of(Shape shape) {
  ProcessBuilder builder;
  builder.start("start").end("end");
  const int tasks = commands_of(shape) - 1;
  for (int i = 1; i <= tasks; ++i) {
    builder.node("t" + std::to_string(i), process::NodeKind::user_task, asks("u1"));
  }
  if (shape == Shape::ten_in_parallel) {
    builder.node("split", process::NodeKind::parallel_gateway)
        .node("join", process::NodeKind::parallel_gateway)
        .path({"start", "split"});
    for (int i = 1; i <= tasks; ++i) builder.path({"split", "t" + std::to_string(i), "join"});
    return builder.path({"join", "end"}).build();
  }
  std::vector<std::string> path{"start"};
  for (int i = 1; i <= tasks; ++i) path.push_back("t" + std::to_string(i));
  path.emplace_back("end");
  return builder.path(path).build();
}

expr::Variables five_variables() {
  expr::Variables out;
  out.emplace("customer", expr::Value{std::string("Ann Example, Example Street 5")});
  out.emplace("amount", expr::Value{std::int64_t{1250}});
  out.emplace("urgent", expr::Value{true});
  out.emplace("reference", expr::Value{std::string("2026-000123")});
  out.emplace("step", expr::Value{std::int64_t{1}});
  return out;
}

FieldValues fields() {
  FieldValues out;
  out.emplace("title", FieldValue::text("Purchase of a printer"));
  return out;
}

// Passes everything on, and notes the activities that a command begins.
class Spy final : public ports::WriteTransaction {
 public:
  Spy(ports::WriteTransaction& inner, std::vector<ActivityInstanceId>& begun)
      : inner_(inner), begun_(begun) {}

  Result<std::optional<ports::Row>> get(const ports::Table& table, const ports::Key& key) override {
    return inner_.get(table, key);
  }
  Result<std::vector<ports::Row>> select(const ports::Select& select) override {
    return inner_.select(select);
  }
  Result<std::int64_t> count(const ports::Table& table, const FilterNode& filter) override {
    return inner_.count(table, filter);
  }
  Result<std::vector<ports::SequencePosition>> sequences() override { return inner_.sequences(); }
  void insert(const ports::Table& table, ports::Row row) override {
    if (&table == &ports::schema::activity_instance::kTable) {
      begun_.emplace_back(std::get<std::int64_t>(row.front()));
    }
    inner_.insert(table, std::move(row));
  }
  void update(const ports::Table& table, ports::Row row) override {
    inner_.update(table, std::move(row));
  }
  void update_if(const ports::Table& table, ports::Row row, std::uint16_t version_column,
                 std::int64_t expected) override {
    inner_.update_if(table, std::move(row), version_column, expected);
  }
  void put(const ports::Table& table, ports::Row row) override {
    inner_.put(table, std::move(row));
  }
  void erase(const ports::Table& table, ports::Key key) override {
    inner_.erase(table, std::move(key));
  }
  Result<std::int64_t> next_number(std::string_view sequence, Gaps gaps) override {
    return inner_.next_number(sequence, gaps);
  }
  Status raise_sequence(const ports::SequencePosition& position) override {
    return inner_.raise_sequence(position);
  }

 private:
  ports::WriteTransaction& inner_;
  std::vector<ActivityInstanceId>& begun_;
};

class Counter final : public process::IdSource {
 public:
  [[nodiscard]] std::int64_t next() override { return ++last_; }

 private:
  std::int64_t last_ = 0;
};

}  // namespace

std::string_view name(Shape shape) {
  switch (shape) {
    case Shape::one_task:
      return "start, task, end";
    case Shape::ten_in_sequence:
      return "10 in sequence";
    case Shape::ten_in_parallel:
      return "10 in parallel";
  }
  CINNABAR_UNREACHABLE();
}

int commands_of(Shape shape) {
  return shape == Shape::one_task ? 2 : 11;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

EngineRate run_pure(Shape shape, double seconds) {
  const auto graph = graph_of(shape);
  const form::FormDefinition form = process::testing::generated_form();
  process::testing::People people;
  process::testing::add_generated_people(people);
  Counter ids;
  const process::Environment environment{Instant{1}, &people, &ids};
  EngineRate rate;
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  while (since(begin) < seconds) {
    process::Instance instance;
    const auto apply = [&](const process::Command& command) {
      auto decision = process::decide(*graph, form, instance, command, environment);
      CINNABAR_ASSERT(decision.has_value());
      instance = std::move(decision->after);
      ++rate.commands;
    };
    apply(process::Start{ProcessInstanceId{ids.next()}, ProcessDefinitionId{1}, UserId{1}, fields(),
                         five_variables()});
    while (instance.state == InstanceState::running) {
      process::Complete complete;
      complete.activity = instance.activities.front().id;
      complete.by = UserId{1};
      apply(complete);
    }
    ++rate.instances;
  }
  rate.wall = since(begin);
  rate.cpu = cpu_seconds() - cpu;
  return rate;
}

EngineLoad::EngineLoad(ports::Store& store, int clients)
    : store_(store), server_(store, clock_, crypto_) {
  deploy();
  const auto user = server_.people.current()->find_user("u1");
  CINNABAR_ASSERT(user.has_value());
  caller_ = {Principal{PrincipalKind::user, *user}, "bench", "", "127.0.0.1"};
  for (int i = 0; i < clients; ++i) clients_.push_back(std::make_unique<Client>());
}

void EngineLoad::deploy() {
  services::DirectoryPackage directory;
  directory.groups.push_back({GroupKind::group, "g", "g", "", ""});
  services::PackageUser person;
  person.name = "u1";
  person.display_name = "u1";
  person.groups.emplace_back(GroupKind::group, "g");
  directory.users.push_back(std::move(person));
  must(server_.admin.import_directory(directory), "people");
  services::Package package;
  package.key = "bench";
  package.name = "Bench";
  package.document = "{}";
  services::PackageForm form;
  form.form = process::testing::generated_form();
  form.document = services::codec::print_form(form.form);
  package.forms.push_back(std::move(form));
  for (const Shape shape : kShapes) {
    services::PackageProcess process;
    process.key = "p" + std::to_string(static_cast<int>(shape));
    process.name = std::string(name(shape));
    process.form_key = "generated";
    process.bpmn = process::bpmn::to_xml(*graph_of(shape));
    package.processes.push_back(std::move(process));
  }
  using enum PermissionAction;
  package.permissions.push_back({GroupKind::group, "g", "*", {view, add, modify}});
  const auto deployed = server_.admin.deploy(package);
  if (!deployed) must(deployed.error(), "deploy");
  for (const Shape shape : kShapes) {
    const auto index = static_cast<std::size_t>(shape);
    processes_.at(index) =
        server_.catalog.current()->process_by_key("bench", "p" + std::to_string(index))->id;
  }
}

void EngineLoad::submit(Client& client, std::function<Status(ports::WriteTransaction&)> work) {
  client.is_idle = false;
  ports::WriteCommand command;
  command.work = [&client, work = std::move(work)](ports::WriteTransaction& transaction) {
    client.opened.clear();
    Spy spy(transaction, client.opened);
    return work(spy);
  };
  command.done = [this, &client](const Status& status) {
    must(status, "command");
    const std::scoped_lock lock(mutex_);
    finished_.push_back(&client);
    done_.notify_one();
  };
  must(store_.submit(std::move(command)), "submit");
}

void EngineLoad::submit_start(Client& client, ProcessId process) {
  submit(client, [this, process](ports::WriteTransaction& transaction) -> Status {
    services::StartRequest request;
    request.process = process;
    request.fields = fields();
    request.variables = five_variables();
    CINNABAR_TRY(const auto started,
                 server_.instances.start(transaction, caller_, std::move(request)));
    static_cast<void>(started);
    return {};
  });
}

void EngineLoad::submit_complete(Client& client) {
  client.activity = client.open.back();
  client.open.pop_back();
  submit(client, [this, &client](ports::WriteTransaction& transaction) -> Status {
    services::CompleteRequest request;
    request.activity = client.activity;
    CINNABAR_TRY(const auto completed,
                 server_.instances.complete(transaction, caller_, std::move(request)));
    static_cast<void>(completed);
    return {};
  });
}

std::vector<EngineLoad::Client*> EngineLoad::wait_done() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return !finished_.empty(); });
  std::vector<Client*> out;
  out.swap(finished_);
  return out;
}

EngineRate EngineLoad::run(Shape shape, std::int64_t instances_max, double seconds) {
  const ProcessId process = processes_.at(static_cast<std::size_t>(shape));
  EngineRate rate;
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  std::int64_t started = 0;
  std::size_t busy = 0;
  const auto goes_on = [&] {
    return instances_max > 0 ? started < instances_max : since(begin) < seconds;
  };
  for (auto& client : clients_) {
    if (!goes_on()) break;
    submit_start(*client, process);
    ++started;
    ++busy;
  }
  while (busy > 0) {
    for (Client* client : wait_done()) {
      ++rate.commands;
      client->open.insert(client->open.end(), client->opened.begin(), client->opened.end());
      if (!client->open.empty()) {
        submit_complete(*client);
        continue;
      }
      ++rate.instances;
      if (goes_on()) {
        submit_start(*client, process);
        ++started;
      } else {
        --busy;
      }
    }
  }
  rate.wall = since(begin);
  rate.cpu = cpu_seconds() - cpu;
  return rate;
}

EngineRate EngineLoad::leave_open(std::int64_t instances) {
  EngineRate rate;
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  std::int64_t started = 0;
  std::size_t busy = 0;
  for (auto& client : clients_) {
    if (started == instances) break;
    submit_start(*client, processes_[0]);
    ++started;
    ++busy;
  }
  while (busy > 0) {
    for (Client* client : wait_done()) {
      ++rate.commands;
      ++rate.instances;
      if (started < instances) {
        submit_start(*client, processes_[0]);
        ++started;
      } else {
        --busy;
      }
    }
  }
  rate.wall = since(begin);
  rate.cpu = cpu_seconds() - cpu;
  return rate;
}

}  // namespace cinnabar::load
