#include "domain/process/participants.h"

#include "base/assert.h"
#include "domain/process/participant_rules.h"
#include "domain/process/votes.h"
#include "vocab/limits.h"

#include <algorithm>
#include <deque>
#include <set>

namespace cinnabar::process {
namespace {

// A delegate may be away as well; a circle of delegates ends here.
constexpr int kDelegatesMax = 10;

bool fits(const VoteWeight& weight, const org::Directory& directory, UserId user, GroupId group) {
  if (!weight.kind) {
    const auto named = directory.find_user(weight.name);
    return named && user.is_assigned() && *named == user;
  }
  const auto named = directory.find_group(*weight.kind, weight.name);
  if (!named) return false;
  return *named == group || (user.is_assigned() && directory.is_member(*named, user));
}

class Policies {
 public:
  explicit Policies(const ParticipantContext& context)
      : context_(context), task_(*context.node.user_task()) {}

  Offers run(std::vector<Candidate> candidates) {
    for (const Candidate& candidate : candidates) {
      if (candidate.user.is_assigned()) {
        add_person(candidate);
      } else {
        add({{}, candidate.group, {}, weight_of({}, candidate.group), false, candidate.reason});
      }
    }
    if (offers_.list.empty()) find_somebody();
    if (offers_.list.size() > limits::kParticipantsMax) return {{}, true, false, {}};
    return std::move(offers_);
  }

 private:
  void add_person(const Candidate& candidate) {
    if (!context_.directory.is_active(candidate.user)) {
      replace_departed(candidate);
      return;
    }
    const bool is_initiator = candidate.user == context_.instance.initiator;
    if (is_initiator && task_.policies.if_initiator == IfInitiator::manager) {
      const auto manager = context_.directory.manager_of(candidate.user);
      if (manager && context_.directory.is_active(*manager)) {
        ask(*manager, {}, candidate.reason + "; the manager instead of the initiator");
        return;
      }
    }
    ask(candidate.user, candidate.group, candidate.reason);
  }

  void replace_departed(const Candidate& candidate) {
    switch (task_.policies.if_departed) {
      case IfDeparted::drop:
        return;
      case IfDeparted::manager: {
        std::optional<UserId> at = context_.directory.manager_of(candidate.user);
        std::set<UserId> seen{candidate.user};
        while (at && !context_.directory.is_active(*at) && seen.insert(*at).second) {
          at = context_.directory.manager_of(*at);
        }
        if (at && context_.directory.is_active(*at)) {
          ask(*at, {}, candidate.reason + "; the manager of a person who has left");
        }
        return;
      }
      case IfDeparted::administrator:
        for (const UserId user : context_.directory.administrators()) {
          ask(user, {}, candidate.reason + "; an administrator for a person who has left");
        }
        return;
    }
  }

  void ask(UserId user, GroupId group, std::string reason) {
    Offer offer{user, group, {}, weight_of(user, group), false, std::move(reason)};
    if (passes(user, offer.reason)) {
      offer.passes = true;
    } else if (task_.policies.if_absent == IfAbsent::delegate) {
      const UserId acting = acting_for(user);
      if (acting != user) {
        offer.assignee = acting;
        offer.owner = user;
        offer.reason += "; acting for somebody who is away";
      }
    }
    add(std::move(offer));
  }

  bool passes(UserId user, std::string& reason) const {
    if (user == context_.instance.initiator && task_.policies.if_initiator == IfInitiator::pass) {
      reason += "; passes as the initiator";
      return true;
    }
    if (task_.policies.if_repeated != IfRepeated::pass) return false;
    const bool has_decided =
        std::ranges::any_of(context_.instance.decisions, [&](const PastDecision& past) {
          return past.by == user && past.node_id != context_.node.id && is_consent(past.outcome);
        });
    if (has_decided) reason += "; passes as somebody who has decided before";
    return has_decided;
  }

  [[nodiscard]] UserId acting_for(UserId user) const {
    UserId at = user;
    std::set<UserId> seen{user};
    for (int i = 0; i < kDelegatesMax; ++i) {
      const auto next = context_.directory.delegate_of(at, context_.now, context_.definition.key);
      if (!next || !context_.directory.is_active(*next)) return at;
      // Everybody is away: then the person asked first is asked all the same.
      if (!seen.insert(*next).second) return user;
      at = *next;
    }
    return at;
  }

  [[nodiscard]] std::int32_t weight_of(UserId user, GroupId group) const {
    return vote_weight(task_, context_.directory, user, group);
  }

  void add(Offer offer) {
    if (offer.assignee.is_assigned() && !people_.insert(offer.assignee).second) return;
    if (offers_.list.size() > limits::kParticipantsMax) return;
    offers_.list.push_back(std::move(offer));
  }

  void find_somebody() {
    switch (task_.policies.if_nobody) {
      case IfNobody::incident:
        return;
      case IfNobody::skip:
        offers_.is_skipped = true;
        return;
      case IfNobody::administrator:
        for (const UserId user : context_.directory.administrators()) {
          add({user, {}, {}, 1, false, "an administrator, as nobody was found"});
        }
        return;
      case IfNobody::fixed_user: {
        const auto user = context_.directory.find_user(task_.policies.fallback_user);
        if (user && context_.directory.is_active(*user)) {
          add({*user, {}, {}, 1, false, "named for the case that nobody is found"});
        }
        return;
      }
    }
  }

  const ParticipantContext& context_;
  const UserTask& task_;
  std::set<UserId> people_;
  Offers offers_;
};

}  // namespace

std::int32_t vote_weight(const UserTask& task, const org::Directory& directory, UserId user,
                         GroupId group) {
  const auto* rule = std::get_if<WeightedShare>(&task.completion);
  if (rule == nullptr) return 1;
  for (const VoteWeight& weight : rule->weights) {
    if (fits(weight, directory, user, group)) return std::clamp(weight.weight, 0, kVoteWeightMax);
  }
  return 1;
}

Offers offers_for(const ParticipantContext& context) {
  const UserTask* task = context.node.user_task();
  CINNABAR_ASSERT(task != nullptr);
  CandidateCollector collector(context);
  for (const ParticipantRule& rule : task->participants) std::visit(collector, rule);
  if (!collector.problem().empty()) return {{}, false, false, collector.problem()};
  if (collector.is_full()) return {{}, true, false, {}};
  return Policies(context).run(collector.take());
}

std::vector<NodeIndex> user_tasks_before(const ProcessDefinition& definition, NodeIndex node) {
  std::set<NodeIndex> found;
  std::vector<bool> seen(definition.nodes.size(), false);
  std::deque<NodeIndex> open{node};
  const auto visit = [&](NodeIndex at) {
    if (seen[at]) return;
    seen[at] = true;
    if (definition.node(at).kind == NodeKind::user_task) {
      found.insert(at);
    } else {
      open.push_back(at);
    }
  };
  while (!open.empty()) {
    const NodeIndex at = open.front();
    open.pop_front();
    // What ends a sub-process comes before what is behind it.
    if (const auto* inner = definition.node(at).get<SubProcess>(); inner != nullptr && at != node) {
      for (const NodeIndex last : definition.scope(inner->body).nodes) {
        if (definition.node(last).outgoing.empty()) visit(last);
      }
    }
    for (const NodeIndex before : definition.predecessors(at)) visit(before);
    const auto& scope = definition.scope(definition.node(at).scope);
    const bool is_first = definition.predecessors(at).empty();
    if (is_first && scope.owner) {
      for (const NodeIndex before : definition.predecessors(*scope.owner)) visit(before);
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace cinnabar::process
