// What the paths and bodies of the engine's routes name: instances, work items, people, variables.
//
// Readers of bodies report mistakes to the body, whose finish() tells them all at once; what they
// answer then means nothing. Pure but for find_instance; any thread.
#pragma once

#include "api/common/strict_request.h"
#include "api/native/views.h"

#include <string_view>
#include <vector>

namespace cinnabar::native {

// A number of the path; not_found with that reason when it is none.
Result<std::int64_t> id_capture(const api::Call& call, Reason unknown, std::string_view what);
Result<std::int64_t> id_capture(const api::Call& call, std::size_t capture, Reason unknown,
                                std::string_view what);
// Who calls, and the number of the path that says of what.
struct NamedThing {
  services::CallContext context;
  std::int64_t id = 0;
};
Result<NamedThing> read_named(const api::Call& call, Reason unknown, std::string_view what);
// The instance that a path with {process}/{number} names, if the caller may see it. not_found
// (process_unknown, instance_unknown).
Result<services::InstanceSummary> find_instance(const api::Call& call,
                                                const services::CallContext& context,
                                                ports::ReadTransaction& snapshot);

// Absent: false.
bool read_flag(api::StrictBody& body, std::string_view member);
std::int64_t read_integer(api::StrictBody& body, std::string_view member, std::int64_t fallback,
                          std::int64_t minimum, std::int64_t maximum);
std::string read_text(api::StrictBody& body, std::string_view member,
                      api::Need need = api::Need::optional);
std::vector<std::string> read_texts(api::StrictBody& body, std::string_view member);
// As services/codec/variable_json.h says. Absent: none.
expr::Variables read_variables(api::StrictBody& body, std::string_view member);
// By name, by id, or as an object with one of these.
UserId read_person(api::StrictBody& body, const services::People& people, std::string_view member);
// A list of those.
std::vector<UserId> read_people(api::StrictBody& body, const services::People& people,
                                std::string_view member, api::Need need);

// {"process_instance": {...}}: what a command led to.
Json applied_json(const Names& names, const services::Applied& applied);

}  // namespace cinnabar::native
