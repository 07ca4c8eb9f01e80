// Every reason the product gives, once. Append only: clients and translations rely on the names.
#pragma once

#include "base/error.h"

#include <array>

namespace cinnabar::reasons {

// Requests
inline constexpr Reason kArgumentMissing{"argument_missing"};
inline constexpr Reason kArgumentMalformed{"argument_malformed"};
inline constexpr Reason kBodyTooLarge{"body_too_large"};
inline constexpr Reason kLimitExceeded{"limit_exceeded"};
inline constexpr Reason kUnknownColumn{"unknown_column"};
inline constexpr Reason kUnknownOperator{"unknown_operator"};
inline constexpr Reason kQueueFull{"queue_full"};
inline constexpr Reason kTimedOut{"timed_out"};
inline constexpr Reason kRateLimited{"rate_limited"};

// Identity and rights
inline constexpr Reason kCredentialsMissing{"credentials_missing"};
inline constexpr Reason kCredentialsMalformed{"credentials_malformed"};
inline constexpr Reason kCredentialsWrong{"credentials_wrong"};
inline constexpr Reason kSessionUnknown{"session_unknown"};
inline constexpr Reason kSessionExpired{"session_expired"};
inline constexpr Reason kTokenUnknown{"token_unknown"};
inline constexpr Reason kClientUnknown{"client_unknown"};
inline constexpr Reason kTokenExpired{"token_expired"};
inline constexpr Reason kTokenNotEnough{"token_not_enough"};
inline constexpr Reason kNotPermitted{"not_permitted"};

// Things
inline constexpr Reason kProcessUnknown{"process_unknown"};
inline constexpr Reason kProcessDisabled{"process_disabled"};
inline constexpr Reason kApiDisabled{"api_disabled"};
inline constexpr Reason kFeatureDisabled{"feature_disabled"};
inline constexpr Reason kInstanceUnknown{"instance_unknown"};
inline constexpr Reason kActivityUnknown{"activity_unknown"};
inline constexpr Reason kActivityNotOpen{"activity_not_open"};
inline constexpr Reason kWorkItemUnknown{"work_item_unknown"};
inline constexpr Reason kWorkItemAlreadyCompleted{"work_item_already_completed"};
inline constexpr Reason kWorkItemNotYours{"work_item_not_yours"};
inline constexpr Reason kWorkItemNotItsTurn{"work_item_not_its_turn"};
inline constexpr Reason kQuickActionUnknown{"quick_action_unknown"};
inline constexpr Reason kInstanceNotRunning{"instance_not_running"};
inline constexpr Reason kJobNotLocked{"job_not_locked"};
inline constexpr Reason kMessageUnwanted{"message_unwanted"};
inline constexpr Reason kRecordUnknown{"record_unknown"};
inline constexpr Reason kFormUnknown{"form_unknown"};
inline constexpr Reason kApplicationUnknown{"application_unknown"};
inline constexpr Reason kFilterInvalid{"filter_invalid"};
inline constexpr Reason kBatchKeyTaken{"batch_key_taken"};
inline constexpr Reason kAggregateCheckFailed{"aggregate_check_failed"};
inline constexpr Reason kAggregateUnknown{"aggregate_unknown"};
inline constexpr Reason kAutomationUnknown{"automation_unknown"};
inline constexpr Reason kUploadDone{"upload_done"};
inline constexpr Reason kAttachmentUnknown{"attachment_unknown"};
inline constexpr Reason kUserUnknown{"user_unknown"};
inline constexpr Reason kGroupUnknown{"group_unknown"};
inline constexpr Reason kNameTaken{"name_taken"};
inline constexpr Reason kManagerCycle{"manager_cycle"};
inline constexpr Reason kLastAdministrator{"last_administrator"};
inline constexpr Reason kSiblingNameTaken{"sibling_name_taken"};
inline constexpr Reason kParentUnknown{"parent_unknown"};
inline constexpr Reason kGroupCycle{"group_cycle"};
inline constexpr Reason kGroupTooDeep{"group_too_deep"};
inline constexpr Reason kGroupHasGroups{"group_has_groups"};
inline constexpr Reason kGroupHasMembers{"group_has_members"};
inline constexpr Reason kGroupIsRoot{"group_is_root"};
inline constexpr Reason kWorkItemNotInGroup{"work_item_not_in_group"};
inline constexpr Reason kWorkItemNotClaimed{"work_item_not_claimed"};
inline constexpr Reason kWorkItemAlreadyClaimed{"work_item_already_claimed"};
inline constexpr Reason kWorkItemNotDelegated{"work_item_not_delegated"};
inline constexpr Reason kWorkItemDelegated{"work_item_delegated"};
inline constexpr Reason kWorkItemNotAdded{"work_item_not_added"};
inline constexpr Reason kParticipantUnknown{"participant_unknown"};
inline constexpr Reason kParticipantRepeated{"participant_repeated"};
inline constexpr Reason kParticipantMissing{"participant_missing"};
inline constexpr Reason kParticipantLimit{"participant_limit"};
inline constexpr Reason kTargetUnknown{"target_unknown"};
inline constexpr Reason kTargetNotPossible{"target_not_possible"};
inline constexpr Reason kTargetNotDecided{"target_not_decided"};
inline constexpr Reason kTargetNotBefore{"target_not_before"};
inline constexpr Reason kAlreadyDecided{"already_decided"};
inline constexpr Reason kNothingToTakeBack{"nothing_to_take_back"};
inline constexpr Reason kNextAlreadyActed{"next_already_acted"};
inline constexpr Reason kNotInitiator{"not_initiator"};
inline constexpr Reason kInstanceNotSuspended{"instance_not_suspended"};
inline constexpr Reason kInstanceNotEnded{"instance_not_ended"};
inline constexpr Reason kInstanceIsCalled{"instance_is_called"};
inline constexpr Reason kIncidentUnknown{"incident_unknown"};
inline constexpr Reason kNoticeUnknown{"notice_unknown"};
inline constexpr Reason kNoticeNotYours{"notice_not_yours"};
inline constexpr Reason kWebhookUnknown{"webhook_unknown"};
inline constexpr Reason kWebhookOff{"webhook_off"};
inline constexpr Reason kDeliveryUnknown{"delivery_unknown"};
inline constexpr Reason kNothingToUrge{"nothing_to_urge"};
inline constexpr Reason kUrgedTooSoon{"urged_too_soon"};
inline constexpr Reason kCalendarInvalid{"calendar_invalid"};
inline constexpr Reason kMigrationNotPossible{"migration_not_possible"};

// Fields
inline constexpr Reason kFieldUnknown{"field_unknown"};
inline constexpr Reason kFieldRequired{"field_required"};
inline constexpr Reason kFieldWrongType{"field_wrong_type"};
inline constexpr Reason kFieldPatternMismatch{"field_pattern_mismatch"};
inline constexpr Reason kFieldTooLong{"field_too_long"};
inline constexpr Reason kFieldOptionUnknown{"field_option_unknown"};
inline constexpr Reason kFieldNotUnique{"field_not_unique"};
inline constexpr Reason kFieldsInvalid{"fields_invalid"};
inline constexpr Reason kStartValidationFailed{"start_validation_failed"};
inline constexpr Reason kStartUnknown{"start_unknown"};
inline constexpr Reason kCallTooDeep{"call_too_deep"};
inline constexpr Reason kWaitUnknown{"wait_unknown"};
inline constexpr Reason kTimerNotDue{"timer_not_due"};
inline constexpr Reason kTimerInvalid{"timer_invalid"};
inline constexpr Reason kMessageNotAwaited{"message_not_awaited"};
inline constexpr Reason kSignalNotAwaited{"signal_not_awaited"};

// Files
inline constexpr Reason kFileTooLarge{"file_too_large"};
inline constexpr Reason kFileTypeNotAllowed{"file_type_not_allowed"};
inline constexpr Reason kFileMissing{"file_missing"};
inline constexpr Reason kMultipartMalformed{"multipart_malformed"};

// Engine
inline constexpr Reason kNoParticipant{"no_participant"};
inline constexpr Reason kNoFlowMatches{"no_flow_matches"};
inline constexpr Reason kExpressionFailed{"expression_failed"};
inline constexpr Reason kStepLimit{"step_limit"};
inline constexpr Reason kScriptInvalid{"script_invalid"};
inline constexpr Reason kScriptFailed{"script_failed"};
inline constexpr Reason kScriptBudget{"script_budget"};
inline constexpr Reason kDefinitionInvalid{"definition_invalid"};
inline constexpr Reason kPackageInvalid{"package_invalid"};

// Calls to the outside
inline constexpr Reason kJobRequestInvalid{"job_request_invalid"};
inline constexpr Reason kConnectorAddressRefused{"connector_address_refused"};
inline constexpr Reason kConnectorUnreachable{"connector_unreachable"};
inline constexpr Reason kConnectorTimeout{"connector_timeout"};
inline constexpr Reason kConnectorTlsFailed{"connector_tls_failed"};
inline constexpr Reason kConnectorAnswerTooLarge{"connector_answer_too_large"};
inline constexpr Reason kMailNotConfigured{"mail_not_configured"};
inline constexpr Reason kMailRefused{"mail_refused"};

// Storage
inline constexpr Reason kVersionConflict{"version_conflict"};
inline constexpr Reason kUniqueViolation{"unique_violation"};
inline constexpr Reason kRowMissing{"row_missing"};
inline constexpr Reason kStorageUnavailable{"storage_unavailable"};
inline constexpr Reason kStorageCorrupt{"storage_corrupt"};
inline constexpr Reason kStorageLocked{"storage_locked"};
inline constexpr Reason kSchemaTooNew{"schema_too_new"};
inline constexpr Reason kSchemaChanged{"schema_changed"};
inline constexpr Reason kIdempotencyMismatch{"idempotency_mismatch"};
inline constexpr Reason kShuttingDown{"shutting_down"};
inline constexpr Reason kInternal{"internal"};

}  // namespace cinnabar::reasons
