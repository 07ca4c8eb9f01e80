// Every text of this door, in the four languages of its clients. The texts are contract: scripts
// compare them. Thread: constants.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cinnabar::omflow {

enum class Language : std::uint8_t { traditional_chinese, english, japanese, simplified_chinese };
inline constexpr std::size_t kLanguageCount = 4;

enum class Text : std::uint8_t {
  // Successes
  obtained,
  created,
  pushed,
  deleted,
  queried,
  read,
  built,
  searched,
  uploaded,
  // The gateway
  user_unusable,
  login_failed,
  user_missing,
  url_wrong,
  parameter_missing,  // + its name
  code_missing,
  code_wrong,
  code_expired,
  too_many_attempts,
  // Failures with the reason after them
  create_failed_because,
  push_failed_because,
  query_failed_because,
  // Failures that say it all
  query_failed,
  argument_missing,
  argument_empty,
  action_wrong,
  flow_unknown,
  flow_disabled,
  api_disabled,
  not_permitted,
  // Reasons
  field_required,
  field_unknown,
  field_malformed,
  field_option_unknown,
  field_too_long,
  field_not_unique,
  field_read_only,
  variable_required,  // + its name
  data_unknown,
  not_at_manual_point,
  validation_failed,
  quick_action_unknown,
  feature_disabled,
  person_unknown,
  file_too_large,
  file_type_refused,
  file_missing,
  file_unexpected,
  upload_malformed,
  column_unknown,
  condition_malformed,
  operator_unknown,
  condition_unmet,  // no flow matches
  exists_already,
  argument_malformed,
  limit_exceeded,
  changed_meanwhile,
  busy,
  internal,
};
inline constexpr std::size_t kTextCount = static_cast<std::size_t>(Text::internal) + 1;

// From an Accept-Language header: the best of the four; traditional Chinese when none fits.
Language pick_language(std::string_view accept_language);

std::string_view text(Text what, Language language);
// The text, with what it is about in brackets when `subject` is not empty.
std::string text_about(Text what, std::string_view subject, Language language);

}  // namespace cinnabar::omflow
