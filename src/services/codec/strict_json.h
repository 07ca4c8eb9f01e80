// Reading a JSON document that people write: every member is asked for by name, and what was not
// asked for, comes twice, or has another type than asked for is a problem with its path. Private
// to services/codec.
//
// Ownership: a StrictObject borrows the document and the list of problems. Thread: a plain value.
#pragma once

#include "base/json.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::services::codec {

inline constexpr Reason kMemberUnknown{"member_unknown"};
inline constexpr Reason kMemberMissing{"member_missing"};
inline constexpr Reason kMemberDuplicate{"member_duplicate"};
inline constexpr Reason kMemberWrongType{"member_wrong_type"};
inline constexpr Reason kValueUnknown{"value_unknown"};
inline constexpr Reason kValueMalformed{"value_malformed"};
inline constexpr Reason kKeyDuplicate{"key_duplicate"};

struct Problem {
  std::string path;  // "fields[2].title", or empty for the document itself
  Reason rule;
  std::string message;
};
using Problems = std::vector<Problem>;

// The first problems tell the story; a hostile document must not make millions.
inline constexpr std::size_t kProblemsMax = 200;

void add_problem(Problems& problems, std::string path, Reason rule, std::string message);
std::string path_of(std::string_view parent, std::string_view member);
std::string path_of(std::string_view parent, std::size_t index);
// A list of texts; elements of another kind are problems and left out.
std::vector<std::string> read_texts(const Json::Array& array, const std::string& path,
                                    Problems& problems);

enum class Need : std::uint8_t { optional, required };

class StrictObject {
 public:
  // A value that is no object is a problem, and reads as an empty object.
  StrictObject(const Json& json, std::string path, Problems& problems);

  // The value, or what an absent or wrong member reads as.
  std::string text(std::string_view key, Need need);
  // A required text that is not empty and at most `bytes_max` long.
  std::string name(std::string_view key, std::size_t bytes_max);
  bool flag(std::string_view key, bool fallback);
  // Null pointer when absent; a member of another kind is a problem and absent.
  const Json::Array* array(std::string_view key, Need need);
  const Json::Object* object(std::string_view key);
  const Json* any(std::string_view key);

  // Reports the members that nobody asked for. Call once, at the end.
  void finish();

  [[nodiscard]] const std::string& path() const { return path_; }
  void report(std::string_view key, Reason rule, std::string message);

 private:
  const Json* find(std::string_view key, Need need);

  const Json::Object* members_;
  std::string path_;
  Problems& problems_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace cinnabar::services::codec
