#include "app/demo_cases.h"

#include "api/native/fields.h"
#include "vocab/reasons.h"

#include <string>

namespace cinnabar::app {
namespace {

constexpr Duration kBetweenCases = minutes(1);
constexpr Duration kBetweenSteps = seconds(20);

Error malformed(std::string detail) {
  return make_error(Code::invalid_argument, reasons::kPackageInvalid, std::move(detail));
}

Result<std::string> text_of(const Json& object, std::string_view name) {
  const Json* found = object.find(name);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  if (text == nullptr) return malformed(std::string(name) + " is missing");
  return *text;
}

bool is_true(const Json& object, std::string_view name) {
  const Json* found = object.find(name);
  const bool* flag = found == nullptr ? nullptr : found->as_bool();
  return flag != nullptr && *flag;
}

const Json::Array& list_of(const Json& object, std::string_view name) {
  static const Json::Array kNone;
  const Json* found = object.find(name);
  const Json::Array* list = found == nullptr ? nullptr : found->as_array();
  return list == nullptr ? kNone : *list;
}

// The texts of an object with the day in its place.
Json dated(const Json& fields, const std::string& day) {
  constexpr std::string_view kDay = "{date}";
  Json out = fields;
  if (out.as_object() == nullptr) return out;
  for (auto& [name, value] : *out.as_object()) {
    std::string* text = value.as_string();
    const std::size_t at = text == nullptr ? std::string::npos : text->find(kDay);
    if (at != std::string::npos) text->replace(at, kDay.size(), day);
  }
  return out;
}

class Maker {
 public:
  Maker(Core& core, const services::Process& process, CaseProgress& progress)
      : core_(core),
        process_(process),
        people_(core.people.current()),
        progress_(progress),
        clock_(core.clock.now()),
        instances_(clock_, core.catalog, core.people, core.config.utc_offset, core.logger),
        engine_(clock_, core.catalog, core.people, core.config.utc_offset, core.logger) {}

  Status make(const Json& one, std::int64_t number, Instant at) {
    move_to(at);
    CINNABAR_CHECK_OK(step([&](ports::WriteTransaction& transaction) -> Status {
      return start(transaction, one, at);
    }));
    for (const Json& then : list_of(one, "then")) {
      clock_.advance(kBetweenSteps);
      CINNABAR_CHECK_OK(step([&](ports::WriteTransaction& transaction) -> Status {
        return go_on(transaction, then, number);
      }));
    }
    return {};
  }

 private:
  void move_to(Instant at) { clock_.advance(at - clock_.now()); }

  Status step(const std::function<Status(ports::WriteTransaction&)>& work) {
    ++progress_.reached;
    if (progress_.reached <= progress_.done) return {};
    return ports::submit_and_wait(*core_.store,
                                  [&](ports::WriteTransaction& transaction) -> Status {
                                    CINNABAR_CHECK_OK(work(transaction));
                                    progress_.note(transaction, progress_.reached);
                                    return {};
                                  });
  }

  Result<services::CallContext> as(const Json& object) const {
    CINNABAR_TRY(const std::string name, text_of(object, "by"));
    const services::User* user = people_->user_by_name(name);
    if (user == nullptr) return malformed("there is no user " + name);
    return services::CallContext{{PrincipalKind::user, user->id}, "demo", "", ""};
  }

  Status start(ports::WriteTransaction& transaction, const Json& one, Instant at) {
    CINNABAR_TRY(const services::CallContext context, as(one));
    services::StartRequest request;
    request.process = process_.id;
    request.important = is_true(one, "important");
    request.urgent = is_true(one, "urgent");
    const Json* fields = one.find("fields");
    if (fields != nullptr) {
      const UtcOffset zone = core_.config.utc_offset;
      CINNABAR_TRY(request.fields, native::read_fields(*process_.current, *people_, zone,
                                                       dated(*fields, to_local_date(at, zone))));
    }
    CINNABAR_CHECK_OK(instances_.start(transaction, context, std::move(request)));
    return {};
  }

  Status go_on(ports::WriteTransaction& transaction, const Json& then, std::int64_t number) {
    CINNABAR_TRY(const services::CallContext context, as(then));
    CINNABAR_TRY(const std::string what, text_of(then, "do"));
    CINNABAR_TRY(const std::string comment, text_of(then, "comment"));
    const UserId user = context.principal.user;
    CINNABAR_TRY(const services::InstanceSummary instance,
                 instances_.find(transaction, context, process_.id, number));
    if (what == "suspend" || what == "terminate") {
      process::Command command{process::Terminate{user, comment}};
      if (what == "suspend") command = process::Suspend{user, comment};
      CINNABAR_CHECK_OK(
          engine_.apply(transaction, context, instance.id, std::move(command), "demo"));
      return {};
    }
    if (what != "approve") return malformed("there is no step " + what);
    CINNABAR_TRY(const auto open,
                 instances_.open_positions(transaction, context, process_.id, number));
    if (open.empty()) return malformed("nothing is open to approve");
    services::CompleteRequest request;
    request.activity = open.front().activity;
    request.outcome = Outcome::approved;
    request.comment = comment;
    CINNABAR_CHECK_OK(instances_.complete(transaction, context, std::move(request)));
    return {};
  }

  Core& core_;
  const services::Process& process_;
  std::shared_ptr<const services::People> people_;
  CaseProgress& progress_;
  ports::ManualClock clock_;
  services::InstanceService instances_;
  services::EngineService engine_;
};

}  // namespace

Status make_cases(Core& core, std::string_view document, CaseProgress& progress) {
  CINNABAR_TRY(const Json json, Json::parse(document));
  CINNABAR_TRY(const std::string application, text_of(json, "application"));
  CINNABAR_TRY(const std::string key, text_of(json, "process"));
  const auto catalog = core.catalog.current();
  const services::Process* process = catalog->process_by_key(application, key);
  if (process == nullptr) return malformed("there is no process " + key);
  Maker maker(core, *process, progress);
  const Json::Array& cases = list_of(json, "cases");
  const Instant now = core.clock.now();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto age = static_cast<std::int64_t>(cases.size() - i);
    CINNABAR_CHECK_OK(maker.make(cases[i], static_cast<std::int64_t>(i) + 1,
                                 now - Duration{kBetweenCases.micros() * age}));
  }
  return {};
}

}  // namespace cinnabar::app
