// Events as short lines of text for expectations in tests: "activate review", "offer review bob".
#pragma once

#include "domain/process/event.h"
#include "domain/process/testing/people.h"

#include <map>
#include <string>

namespace cinnabar::process::testing {

// Remembers which activity and work item an id means, so it has to see every event of an instance.
class Trace {
 public:
  explicit Trace(const People& people) : people_(people) {}
  std::string line(const Event& event);

 private:
  struct Line;
  const People& people_;
  std::map<ActivityInstanceId, std::string> activities_;
  std::map<WorkItemId, std::string> items_;
  std::map<WaitId, std::string> waits_;
  std::map<IncidentId, std::string> incidents_;
};

}  // namespace cinnabar::process::testing
