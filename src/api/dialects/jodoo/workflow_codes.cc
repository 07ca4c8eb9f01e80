#include "api/dialects/jodoo/workflow_codes.h"

#include "api/dialects/jodoo/code_table.h"
#include "vocab/reasons.h"

#include <array>

namespace cinnabar::jodoo {
namespace {

constexpr std::array<CodeText, 21> kTexts{{
    {codes::kWithdrawRefused, "Withdrawing isn't allowed."},
    {codes::kWorkflowClosed, "The workflow is closed."},
    {codes::kNotApprover, "No permission to approve."},
    {codes::kTransferToSelf, "A task can't be transferred to oneself."},
    {codes::kNoWorkflowPermission, "No permission for the workflow."},
    {codes::kStillRunning, "A running workflow can't be activated."},
    {codes::kNodeUnknown, "The node doesn't exist."},
    {codes::kCommentMissing, "A comment is required."},
    {codes::kWorkflowDataInvalid, "The workflow's data is invalid."},
    {codes::kTargetInvalid, "The target node is invalid."},
    {codes::kTargetNodeUnknown, "The target node doesn't exist."},
    {codes::kTaskUnknown, "The task doesn't exist."},
    {codes::kHandledAlready, "It was handled already and can't be withdrawn."},
    {codes::kCloseRefused, "No permission to close the workflow."},
    {codes::kInstanceUnknown, "The workflow instance doesn't exist."},
    {codes::kReturnToItself, "A task can't be returned to its own node."},
    {codes::kTaskDone, "The task was approved, transferred or returned already."},
    {codes::kCandidateIsApprover, "The candidate is an approver of this node already."},
    {codes::kCandidateIllegal, "The candidate is illegal."},
    {codes::kWaitsForAdded, "The task waits for the approver who was added."},
    {codes::kNodeNotActivated, "The workflow can't be activated at this node."},
}};

// What every call about a task may run into.
constexpr std::array<CodeRule, 7> kTaskRules{{
    {reasons::kInstanceNotRunning, codes::kWorkflowClosed},
    {reasons::kWorkItemNotYours, codes::kNotApprover},
    {reasons::kWorkItemUnknown, codes::kTaskUnknown},
    {reasons::kWorkItemAlreadyCompleted, codes::kTaskDone},
    {reasons::kActivityNotOpen, codes::kTaskDone},
    {reasons::kWorkItemNotItsTurn, codes::kWaitsForAdded},
    {reasons::kNotPermitted, codes::kNotApprover},
}};

}  // namespace

std::string_view workflow_text(int code) {
  return find_text(kTexts, code);
}

Error task_error(const Error& error) {
  if (error.reason == reasons::kFieldsInvalid) {
    std::string detail;
    for (const FieldError& field : error.fields) {
      if (field.field == "comment") return fail(codes::kCommentMissing);
      detail += (detail.empty() ? "" : "; ") + field.field + ": " + field.detail;
    }
    return fail(codes::kWorkflowDataInvalid, std::move(detail));
  }
  return numbered(error, kTaskRules);
}

Error return_error(const Error& error) {
  static constexpr std::array<CodeRule, 4> kRules{{
      {reasons::kTargetUnknown, codes::kNodeUnknown},
      {reasons::kTargetNotPossible, codes::kTargetInvalid},
      {reasons::kTargetNotDecided, codes::kTargetInvalid},
      {reasons::kTargetNotBefore, codes::kTargetInvalid},
  }};
  return task_error(numbered(error, kRules));
}

Error transfer_error(const Error& error) {
  static constexpr std::array<CodeRule, 2> kRules{{
      {reasons::kParticipantUnknown, codes::kMemberUnknown},
      {reasons::kParticipantRepeated, codes::kCandidateIsApprover},
  }};
  return task_error(numbered(error, kRules));
}

Error add_error(const Error& error) {
  static constexpr std::array<CodeRule, 4> kRules{{
      {reasons::kParticipantUnknown, codes::kCandidateIllegal},
      {reasons::kParticipantMissing, codes::kCandidateIllegal},
      {reasons::kParticipantLimit, codes::kCandidateIllegal},
      {reasons::kParticipantRepeated, codes::kCandidateIsApprover},
  }};
  return task_error(numbered(error, kRules));
}

Error withdraw_error(const Error& error) {
  static constexpr std::array<CodeRule, 5> kRules{{
      {reasons::kNotPermitted, codes::kWithdrawRefused},
      {reasons::kNotInitiator, codes::kWithdrawRefused},
      {reasons::kNothingToTakeBack, codes::kWithdrawRefused},
      {reasons::kAlreadyDecided, codes::kHandledAlready},
      {reasons::kNextAlreadyActed, codes::kHandledAlready},
  }};
  return task_error(numbered(error, kRules));
}

Error close_error(const Error& error) {
  static constexpr std::array<CodeRule, 2> kRules{{
      {reasons::kInstanceNotRunning, codes::kWorkflowClosed},
      {reasons::kNotPermitted, codes::kCloseRefused},
  }};
  return numbered(error, kRules);
}

Error activate_error(const Error& error) {
  static constexpr std::array<CodeRule, 5> kRules{{
      {reasons::kInstanceNotEnded, codes::kStillRunning},
      {reasons::kTargetUnknown, codes::kTargetNodeUnknown},
      {reasons::kTargetNotPossible, codes::kNodeNotActivated},
      {reasons::kInstanceIsCalled, codes::kNodeNotActivated},
      {reasons::kNotPermitted, codes::kNoWorkflowPermission},
  }};
  return numbered(error, kRules);
}

}  // namespace cinnabar::jodoo
