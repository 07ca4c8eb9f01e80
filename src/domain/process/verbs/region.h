// What has to be undone when a scope goes on at another node, so that no token is left over and
// every join can still fire. Pure; thread: any.
//
// The region. D is the nearest node that every way from the scope's beginning to the target and to
// the sources passes (their nearest common dominator; none: the beginning itself). Undone is what
// can be reached through D alone: everything D dominates, D itself only when it is the target or a
// source. So a branch of a parallel split is undone alone as long as sources and target lie in it,
// and with its siblings otherwise.
//
// Joins. What had arrived from undone nodes, or at undone joins, is dropped. A parallel join that
// the target's token will reach, and that it is not behind of, gets an arrival for every incoming
// flow along which that token can not come before the join fires: those branches count as done. It
// can not come along a flow that it would reach only through the join itself, or by starting over
// at the split that the join belongs to (its immediate dominator).
#pragma once

#include "domain/process/definition.h"
#include "domain/process/instance.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::process::verbs {

// Nodes of one scope and their dominators.
class ScopeGraph {
 public:
  ScopeGraph(const ProcessDefinition& definition, ScopeIndex scope);

  // nullopt: the beginning of the scope.
  [[nodiscard]] std::optional<NodeIndex> immediate_dominator(NodeIndex node) const;
  [[nodiscard]] std::optional<NodeIndex> nearest_common(NodeIndex a, NodeIndex b) const;
  // Every node dominates itself; the beginning dominates all.
  [[nodiscard]] bool dominates(std::optional<NodeIndex> dominator, NodeIndex node) const;
  // By index of the definition: where a token can come from `from` without entering a blocked node.
  // `from` itself counts.
  [[nodiscard]] std::vector<bool> reachable(NodeIndex from,
                                            const std::vector<NodeIndex>& blocked) const;
  [[nodiscard]] const std::vector<NodeIndex>& nodes() const { return nodes_; }
  [[nodiscard]] const ProcessDefinition& definition() const { return definition_; }

 private:
  static constexpr std::size_t kBeginning = 0;
  [[nodiscard]] std::size_t local(NodeIndex node) const;
  [[nodiscard]] std::optional<NodeIndex> global(std::size_t at) const;
  [[nodiscard]] std::size_t common(std::size_t a, std::size_t b) const;
  void number();
  void find_dominators();

  const ProcessDefinition& definition_;
  std::vector<NodeIndex> nodes_;        // of the scope
  std::vector<std::size_t> local_;      // by node, 0 for those of other scopes
  std::vector<std::size_t> order_;      // local, in reverse postorder
  std::vector<std::size_t> rank_;       // by local, position in order_
  std::vector<bool> is_root_;           // by local
  std::vector<std::size_t> dominator_;  // by local
};

struct Region {
  std::optional<NodeIndex> top;  // D
  bool includes_top = false;
  std::vector<bool> undone;  // by node
};
// `sources` may be empty: then all of the scope is undone.
Region region_of(const ScopeGraph& graph, NodeIndex target, const std::vector<NodeIndex>& sources);

// (join, incoming flow)
using JoinFlow = std::pair<NodeIndex, FlowIndex>;
struct JoinChanges {
  std::vector<JoinFlow> dropped;  // all that arrived there
  std::vector<JoinFlow> arrived;  // one arrival each, after the drops
};
JoinChanges join_changes(const ScopeGraph& graph, const Region& region, NodeIndex target,
                         const Instance& instance, ActivityInstanceId scope);

}  // namespace cinnabar::process::verbs
