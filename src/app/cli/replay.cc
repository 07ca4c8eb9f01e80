#include "app/cli/console.h"
#include "app/read_only_store.h"
#include "outbound/system_clock.h"
#include "ports/schema.h"
#include "services/instance_service.h"

namespace cinnabar::app {
namespace {

namespace instance_table = ports::schema::process_instance;

constexpr std::int64_t kPage = 1'000;
constexpr std::size_t kShownMax = 100;

struct Outcome {
  std::int64_t checked = 0;
  std::vector<std::string> differences;
};

// Reads on snapshots only, so it works beside a running server.
class Replayer {
 public:
  explicit Replayer(ReadOnlyStore& store) : store_(store), instances_(clock_, catalog_, people_) {}

  Status open() {
    CINNABAR_CHECK_OK(catalog_.reload(store_));
    return people_.reload(store_);
  }

  Status check(ports::ReadTransaction& snapshot, ProcessInstanceId id) {
    ++outcome_.checked;
    CINNABAR_TRY(const auto stored, instances_.load(snapshot, id));
    CINNABAR_TRY(const auto folded, instances_.replay(snapshot, id));
    if (stored != folded) {
      outcome_.differences.push_back("instance " + std::to_string(id.value()) +
                                     ": the stored state is not the fold of its history");
    }
    return {};
  }

  Status check_all() {
    CINNABAR_TRY(auto snapshot, store_.read());
    ports::Select select;
    select.table = &instance_table::kTable;
    select.limit = kPage;
    while (true) {
      CINNABAR_TRY(const auto rows, snapshot->select(select));
      for (const ports::Row& row : rows) {
        const ProcessInstanceId id{std::get<std::int64_t>(row[instance_table::id])};
        const Status status = check(*snapshot, id);
        if (!status.has_value()) {
          outcome_.differences.push_back("instance " + std::to_string(id.value()) + ": " +
                                         to_string(status.error()));
        }
      }
      if (std::ssize(rows) < kPage) return {};
      select.filter = where(instance_table::id, FilterOp::greater, rows.back()[instance_table::id]);
    }
  }

  Status check_one(std::int64_t id) {
    CINNABAR_TRY(auto snapshot, store_.read());
    return check(*snapshot, ProcessInstanceId{id});
  }

  [[nodiscard]] const Outcome& outcome() const { return outcome_; }

 private:
  ReadOnlyStore& store_;
  outbound::SystemClock clock_;
  services::CatalogSource catalog_;
  services::PeopleSource people_;
  services::InstanceService instances_;
  Outcome outcome_;
};

Result<Outcome> replay(const Config& config, const ReplayOptions& options) {
  CINNABAR_TRY(auto store, ReadOnlyStore::open(config.database));
  Replayer replayer(*store);
  CINNABAR_CHECK_OK(replayer.open());
  CINNABAR_CHECK_OK(options.instance.has_value() ? replayer.check_one(*options.instance)
                                                 : replayer.check_all());
  return replayer.outcome();
}

}  // namespace

Exit run_replay(const ReplayOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  const auto outcome = replay(loaded->config, options);
  if (!outcome.has_value()) {
    print_error(outcome.error());
    return Exit::failed;
  }
  Json differences = Json::array();
  for (const std::string& line : outcome->differences) {
    if (differences.as_array()->size() < kShownMax) differences.push(line);
  }
  if (options.common.json) {
    print_json(Json::object()
                   .set("checked", outcome->checked)
                   .set("different", std::ssize(outcome->differences))
                   .set("differences", differences));
  } else {
    for (const Json& line : *differences.as_array()) print_line(*line.as_string());
    print_line(std::to_string(outcome->checked) + " checked, " +
               std::to_string(outcome->differences.size()) + " different");
  }
  return outcome->differences.empty() ? Exit::done : Exit::findings;
}

}  // namespace cinnabar::app
