// The vendor's numbers for workflow calls, and which of them an error of the engine has in which
// call. Pure functions, any thread.
#pragma once

#include "base/error.h"

#include <string_view>

namespace cinnabar::jodoo {

namespace codes {
inline constexpr int kWithdrawRefused = 4005;
inline constexpr int kWorkflowClosed = 4008;
inline constexpr int kNotApprover = 4009;
inline constexpr int kTransferToSelf = 4016;
inline constexpr int kNoWorkflowPermission = 4025;
inline constexpr int kStillRunning = 4026;
inline constexpr int kNodeUnknown = 5003;
inline constexpr int kCommentMissing = 5004;
inline constexpr int kWorkflowDataInvalid = 5010;
inline constexpr int kTargetInvalid = 5011;
inline constexpr int kTargetNodeUnknown = 50000;
inline constexpr int kTaskUnknown = 50004;
inline constexpr int kHandledAlready = 50009;
inline constexpr int kCloseRefused = 50014;
inline constexpr int kInstanceUnknown = 50016;
inline constexpr int kReturnToItself = 50041;
inline constexpr int kTaskDone = 50051;
inline constexpr int kCandidateIsApprover = 50059;
inline constexpr int kCandidateIllegal = 50060;
inline constexpr int kWaitsForAdded = 50062;
inline constexpr int kNodeNotActivated = 50076;
}  // namespace codes

// Empty for other numbers.
std::string_view workflow_text(int code);

// Each gives the error with this door's number; what has none of its own stays as it is.
Error task_error(const Error& error);  // of any call about a task
Error return_error(const Error& error);
Error transfer_error(const Error& error);
Error add_error(const Error& error);
Error withdraw_error(const Error& error);
Error close_error(const Error& error);
Error activate_error(const Error& error);

}  // namespace cinnabar::jodoo
