#include "domain/process/verbs/region.h"

#include "base/assert.h"

#include <algorithm>

namespace cinnabar::process::verbs {

ScopeGraph::ScopeGraph(const ProcessDefinition& definition, ScopeIndex scope)
    : definition_(definition), nodes_(definition.scope(scope).nodes) {
  local_.assign(definition.nodes.size(), 0);
  for (std::size_t i = 0; i < nodes_.size(); ++i) local_[nodes_[i]] = i + 1;
  number();
  find_dominators();
}

std::size_t ScopeGraph::local(NodeIndex node) const {
  CINNABAR_ASSERT(local_[node] != 0);
  return local_[node];
}

std::optional<NodeIndex> ScopeGraph::global(std::size_t at) const {
  if (at == kBeginning) return std::nullopt;
  return nodes_[at - 1];
}

// Depth first from the nodes without predecessors, then from whatever only a circle leads to.
void ScopeGraph::number() {
  const std::size_t count = nodes_.size() + 1;
  is_root_.assign(count, false);
  rank_.assign(count, 0);
  std::vector<bool> seen(count, false);
  std::vector<std::size_t> postorder;
  const auto walk = [&](NodeIndex root) {
    is_root_[local(root)] = true;
    seen[local(root)] = true;
    std::vector<std::pair<NodeIndex, std::size_t>> stack{{root, 0}};
    while (!stack.empty()) {
      auto& [at, next] = stack.back();
      const auto& successors = definition_.successors(at);
      if (next == successors.size()) {
        postorder.push_back(local(at));
        stack.pop_back();
        continue;
      }
      const NodeIndex to = successors[next++];
      if (local_[to] == 0 || seen[local_[to]]) continue;
      seen[local_[to]] = true;
      stack.emplace_back(to, 0);
    }
  };
  for (const NodeIndex node : nodes_) {
    if (definition_.predecessors(node).empty() && !seen[local(node)]) walk(node);
  }
  for (const NodeIndex node : nodes_) {
    if (!seen[local(node)]) walk(node);
  }
  order_.assign(1, kBeginning);
  order_.insert(order_.end(), postorder.rbegin(), postorder.rend());
  for (std::size_t i = 0; i < order_.size(); ++i) rank_[order_[i]] = i;
}

std::size_t ScopeGraph::common(std::size_t a, std::size_t b) const {
  while (a != b) {
    if (rank_[a] > rank_[b]) {
      a = dominator_[a];
    } else {
      b = dominator_[b];
    }
  }
  return a;
}

// The iterative algorithm of Cooper, Harvey and Kennedy.
void ScopeGraph::find_dominators() {
  constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);
  dominator_.assign(order_.size(), kUnknown);
  dominator_[kBeginning] = kBeginning;
  bool has_changed = true;
  while (has_changed) {
    has_changed = false;
    for (std::size_t i = 1; i < order_.size(); ++i) {
      const std::size_t at = order_[i];
      std::size_t best = is_root_[at] ? kBeginning : kUnknown;
      for (const NodeIndex before : definition_.predecessors(nodes_[at - 1])) {
        const std::size_t from = local_[before];
        if (from == 0 || dominator_[from] == kUnknown) continue;
        best = best == kUnknown ? from : common(best, from);
      }
      if (dominator_[at] == best) continue;
      dominator_[at] = best;
      has_changed = true;
    }
  }
}

std::optional<NodeIndex> ScopeGraph::immediate_dominator(NodeIndex node) const {
  return global(dominator_[local(node)]);
}

std::optional<NodeIndex> ScopeGraph::nearest_common(NodeIndex a, NodeIndex b) const {
  return global(common(local(a), local(b)));
}

bool ScopeGraph::dominates(std::optional<NodeIndex> dominator, NodeIndex node) const {
  if (!dominator) return true;
  const std::size_t wanted = local(*dominator);
  std::size_t at = local(node);
  while (at != wanted && at != kBeginning) at = dominator_[at];
  return at == wanted;
}

std::vector<bool> ScopeGraph::reachable(NodeIndex from,
                                        const std::vector<NodeIndex>& blocked) const {
  std::vector<bool> seen(definition_.nodes.size(), false);
  seen[from] = true;
  std::vector<NodeIndex> open{from};
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const NodeIndex next : definition_.successors(at)) {
      if (seen[next] || std::ranges::find(blocked, next) != blocked.end()) continue;
      seen[next] = true;
      open.push_back(next);
    }
  }
  return seen;
}

Region region_of(const ScopeGraph& graph, NodeIndex target, const std::vector<NodeIndex>& sources) {
  Region region;
  region.undone.assign(graph.definition().nodes.size(), false);
  if (!sources.empty()) {
    region.top = target;
    for (const NodeIndex source : sources) {
      if (region.top) region.top = graph.nearest_common(*region.top, source);
    }
  }
  region.includes_top = region.top && (*region.top == target ||
                                       std::ranges::find(sources, *region.top) != sources.end());
  for (const NodeIndex node : graph.nodes()) {
    region.undone[node] =
        graph.dominates(region.top, node) && (region.includes_top || region.top != node);
  }
  return region;
}

namespace {

// Nodes from whose flows the target's token can come into the join before it fires.
std::vector<bool> feeders_of(const ScopeGraph& graph, NodeIndex join, NodeIndex target,
                             const Region& region) {
  std::vector<NodeIndex> blocked{join};
  if (region.top && *region.top != target) blocked.push_back(*region.top);
  const auto split = graph.immediate_dominator(join);
  if (split && *split != target && graph.dominates(split, target)) blocked.push_back(*split);
  return graph.reachable(target, blocked);
}

bool is_parallel_join(const Node& node) {
  return node.kind == NodeKind::parallel_gateway && node.incoming.size() > 1;
}

}  // namespace

JoinChanges join_changes(const ScopeGraph& graph, const Region& region, NodeIndex target,
                         const Instance& instance, ActivityInstanceId scope) {
  const ProcessDefinition& definition = graph.definition();
  std::vector<NodeIndex> blocked;
  if (region.top && *region.top != target) blocked.push_back(*region.top);
  const std::vector<bool> ahead = graph.reachable(target, blocked);
  JoinChanges changes;
  for (const NodeIndex join : graph.nodes()) {
    const Node& node = definition.node(join);
    // Behind a join, its token has to come round first, and then all of its branches do.
    const bool can_give = is_parallel_join(node) && ahead[join] && !graph.dominates(join, target);
    const std::vector<bool> feeders =
        can_give ? feeders_of(graph, join, target, region) : std::vector<bool>();
    for (const FlowIndex flow : node.incoming) {
      const NodeIndex source = definition.flows[flow].source;
      const bool has_arrived =
          instance.arrivals.contains({scope, node.id, definition.flows[flow].id});
      const bool is_fed = can_give && feeders[source];
      if (region.undone[join]) {
        if (has_arrived) changes.dropped.emplace_back(join, flow);
        if (can_give && !is_fed) changes.arrived.emplace_back(join, flow);
      } else if (region.undone[source] && has_arrived && (is_fed || !can_give)) {
        // A join further on: what the target's token brings again must not be there twice.
        changes.dropped.emplace_back(join, flow);
      }
    }
  }
  return changes;
}

}  // namespace cinnabar::process::verbs
