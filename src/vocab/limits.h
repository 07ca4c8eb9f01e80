// Every limit of the product, one constant each, with its unit in the name and the reason beside.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cinnabar::limits {

// A definition that a person can still read; larger ones are imported in parts.
inline constexpr std::size_t kDefinitionNodesMax = 10'000;
inline constexpr std::size_t kDefinitionFlowsMax = 20'000;
inline constexpr std::size_t kFormFieldsMax = 1'000;
inline constexpr std::size_t kDefinitionBytesMax = 4 * 1024 * 1024;

// A loop without a wait state ends as an incident instead of a hang.
inline constexpr std::int32_t kStepsPerCommandMax = 10'000;

// A loop over a collection is work for people or machines, each of them a part of the state.
inline constexpr std::int64_t kLoopIterationsMax = 5'000;

// Processes that call each other; deeper is a mistake.
inline constexpr std::int32_t kCallDepthMax = 100;

// Attempts of a job, as its worker may ask for them.
inline constexpr std::int32_t kJobRetriesMax = 1'000;

// The state of one instance, or what one command adds to its history: a larger one would be read
// and written with every command.
inline constexpr std::size_t kStateBytesMax = 8 * 1024 * 1024;

// What one command makes other instances do within its own transaction; the rest follows in the
// background, so that a broadcast to everybody holds nobody up.
inline constexpr std::size_t kEffectInstancesMax = 100;
inline constexpr std::size_t kEffectsPerCommandMax = 200;
// Things that lead to each other end somewhere.
inline constexpr std::int32_t kEffectHopsMax = 1'000;

// Expressions are written by people.
inline constexpr std::size_t kExpressionBytesMax = 64 * 1024;
inline constexpr std::int32_t kExpressionDepthMax = 64;
inline constexpr std::int32_t kExpressionStepsMax = 100'000;
// Bytes of text that one evaluation copies or makes, in sum.
inline constexpr std::size_t kExpressionDataBytesMax = 16 * 1024 * 1024;
// Nested parts and calls while evaluating; one costs less than a kilobyte of stack.
inline constexpr std::int32_t kExpressionCallDepthMax = 1'000;
// What a result may hold: values in it, counted as often as they are reached, and lists in lists.
inline constexpr std::size_t kExpressionResultItemsMax = 200'000;
inline constexpr std::int32_t kExpressionValueDepthMax = 64;

// Scripts: what one run may use, and what it may hand over. An instruction is one of the virtual
// machine; work that a single instruction starts is charged in proportion.
inline constexpr std::size_t kScriptBytesMax = 64 * 1024;
inline constexpr std::int64_t kScriptInstructionsMax = 10'000'000;
inline constexpr std::size_t kScriptMemoryBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kScriptTextBytesMax = 1024 * 1024;
inline constexpr std::int32_t kScriptValueDepthMax = 32;
inline constexpr std::size_t kScriptValueItemsMax = 100'000;

// Calls that service tasks make to the outside.
inline constexpr std::size_t kConnectorUrlBytesMax = 8'192;
inline constexpr std::size_t kConnectorHeadersMax = 100;
inline constexpr std::size_t kConnectorBodyBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kMailRecipientsMax = 100;
inline constexpr std::size_t kMailSubjectBytesMax = 500;

// Texts of records. A longer text belongs into an attachment.
inline constexpr std::size_t kFieldTextBytesMax = 256 * 1024;
inline constexpr std::size_t kRecordBytesMax = 2 * 1024 * 1024;
inline constexpr std::size_t kSubtableRowsMax = 1'000;
inline constexpr std::size_t kTitleBytesMax = 1'000;
inline constexpr std::size_t kCommentBytesMax = 64 * 1024;
inline constexpr std::size_t kNameBytesMax = 200;

// People, and groups of all kinds; one snapshot in memory holds all of them.
inline constexpr std::size_t kDirectoryUsersMax = 200'000;
inline constexpr std::size_t kDirectoryGroupsMax = 200'000;
// What one import may name.
inline constexpr std::size_t kImportUsersMax = 20'000;
inline constexpr std::size_t kImportGroupsMax = 100'000;
inline constexpr std::int32_t kDepartmentLevelsMax = 16;
// Of one group, and the departments of one person.
inline constexpr std::size_t kGroupHeadsMax = 100;
inline constexpr std::size_t kGroupsPerUserMax = 500;

inline constexpr std::size_t kAttachmentBytesMax = 128 * 1024 * 1024;
inline constexpr std::size_t kAttachmentsPerCommandMax = 50;
inline constexpr std::size_t kFileNameBytesMax = 255;

// One activity fans out to at most this many people.
inline constexpr std::size_t kParticipantsMax = 1'000;

// Whoever was urged just now knows already.
inline constexpr std::int64_t kUrgeIntervalMinutes = 10;
// Copies of one command.
inline constexpr std::size_t kNoticeReadersMax = 1'000;

// A list answer holds at most this many rows, whatever was asked.
inline constexpr std::size_t kPageRowsMax = 10'000;

// The writer takes at most this many commands into one transaction.
inline constexpr std::size_t kBatchCommandsMax = 256;
inline constexpr std::size_t kWriterQueueMax = 4'096;

}  // namespace cinnabar::limits
