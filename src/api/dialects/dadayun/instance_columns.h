// The columns of the list of workflow instances: the thirteen that it shows, the time of the last
// change, and the fields of the form that the process runs on. Pure over the snapshots it is given;
// any thread.
#pragma once

#include "api/dialects/dadayun/conditions.h"
#include "api/dialects/dadayun/filter_syntax.h"
#include "api/dialects/dadayun/gateway.h"
#include "base/json.h"
#include "services/instance_list.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::dadayun {

// What a list's parameters ask for.
struct InstanceListRequest {
  FilterNode filter;
  // Statuses in the order asked for, each a part of the list by itself; empty: one list in `order`.
  std::vector<std::vector<InstanceState>> parts;
  SortKey order;
};

// 1 finished, 2 suspended, 3 stopped, 5 running.
int status_number(InstanceState state);

class InstanceColumns {
 public:
  InstanceColumns(const Entry& entry, const services::Process& process);

  Result<FilterNode> filter(std::string_view text);
  // What the store cannot compare: conditions of `filter` on texts that are made for the answer
  // alone, a part of an Id or of a time. A row has to pass all of them.
  using RowTest = std::function<bool(const services::ListedInstance&)>;
  [[nodiscard]] const std::vector<RowTest>& tests() const { return tests_; }
  Status sort(std::string_view text, InstanceListRequest& request) const;
  [[nodiscard]] Json row(const services::ListedInstance& instance);

 private:
  Result<FilterNode> condition(const FilterItem& item) const;
  [[nodiscard]] std::optional<RowTest> row_test(const FilterItem& item) const;
  Result<FilterNode> field_condition(const FilterItem& item) const;
  [[nodiscard]] GuidColumn guid_column(std::uint16_t number) const;
  FilterNode nodes_like(std::string_view part, bool is_whole) const;
  const std::string& guid_of_node(const std::string& node_id);

  const Entry& entry_;
  const services::Process& process_;
  std::map<std::string, std::string> node_guids_;
  std::vector<RowTest> tests_;
};

}  // namespace cinnabar::dadayun
