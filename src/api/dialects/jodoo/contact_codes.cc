#include "api/dialects/jodoo/contact_codes.h"

#include "api/dialects/jodoo/code_table.h"
#include "vocab/reasons.h"

#include <array>

namespace cinnabar::jodoo {
namespace {

constexpr std::array<CodeText, 31> kTexts{{
    {codes::kUsernameFormat, "A username has letters, digits and underscores."},
    {codes::kNicknameFormat, "A nickname has 1 to 80 characters."},
    {codes::kAlreadyMember, "The member is in the team already."},
    {codes::kNicknameMissing, "The nickname is required."},
    {codes::kMemberTwice, "A unique field is given twice."},
    {codes::kUsernameLong, "The username is too long."},
    {codes::kMemberInvalid, "The member's parameters are invalid."},
    {codes::kRoleUnknown, "The role doesn't exist."},
    {codes::kRoleInvalid, "The information of the role or role group is invalid."},
    {codes::kRoleGroupMissing, "The role group is required."},
    {codes::kRoleGroupUnknown, "The role group doesn't exist."},
    {codes::kRoleNameLong, "The name of the role or role group is too long."},
    {codes::kRoleGroupNotEmpty, "The role group isn't empty."},
    {codes::kSiblingName, "A department of that name is there already."},
    {codes::kParentUnknown, "The parent department doesn't exist."},
    {codes::kDepartmentUnknown, "The department doesn't exist."},
    {codes::kHasDepartments, "The department has sub-departments."},
    {codes::kUpdateFailed, "Failed to update the department."},
    {codes::kCreateFailed, "Failed to create the department."},
    {codes::kHasMembers, "The department has members."},
    {codes::kNumberRange, "The department number is out of range."},
    {codes::kDepartmentCycle, "A department can't be below itself."},
    {codes::kDepartmentName, "The department name is invalid."},
    {codes::kNumberTaken, "The department number exists already."},
    {codes::kRootAlone, "The root department needs at least one sub-department."},
    {codes::kRootStays, "The root department can't be deleted."},
    {codes::kTooDeep, "There are too many levels of departments."},
    {codes::kMembersMissing, "The list of members is required."},
    {codes::kTooManyDepartments, "There are too many departments."},
    {codes::kTooManyMembers, "There are too many members."},
    {codes::kSameParent, "It is below that department already."},
}};

}  // namespace

std::string_view contact_text(int code) {
  return find_text(kTexts, code);
}

Error member_error(const Error& error) {
  static constexpr std::array<CodeRule, 6> kRules{{
      {reasons::kUserUnknown, codes::kMemberUnknown},
      {reasons::kGroupUnknown, codes::kDepartmentUnknown},
      {reasons::kNameTaken, codes::kAlreadyMember},
      {reasons::kArgumentMalformed, codes::kMemberInvalid},
      {reasons::kLastAdministrator, codes::kMemberInvalid},
      {reasons::kLimitExceeded, codes::kTooManyMembers},
  }};
  return numbered(error, kRules);
}

Error department_error(const Error& error) {
  static constexpr std::array<CodeRule, 11> kRules{{
      {reasons::kUserUnknown, codes::kMemberUnknown},
      {reasons::kGroupUnknown, codes::kDepartmentUnknown},
      {reasons::kParentUnknown, codes::kParentUnknown},
      {reasons::kNameTaken, codes::kNumberTaken},
      {reasons::kSiblingNameTaken, codes::kSiblingName},
      {reasons::kGroupHasGroups, codes::kHasDepartments},
      {reasons::kGroupHasMembers, codes::kHasMembers},
      {reasons::kGroupIsRoot, codes::kRootStays},
      {reasons::kGroupCycle, codes::kDepartmentCycle},
      {reasons::kGroupTooDeep, codes::kTooDeep},
      {reasons::kArgumentMalformed, codes::kDepartmentName},
  }};
  return numbered(error, kRules);
}

Error role_error(const Error& error) {
  static constexpr std::array<CodeRule, 3> kRules{{
      {reasons::kUserUnknown, codes::kMemberUnknown},
      {reasons::kGroupUnknown, codes::kRoleUnknown},
      {reasons::kArgumentMalformed, codes::kRoleInvalid},
  }};
  return numbered(error, kRules);
}

Error role_group_error(const Error& error) {
  static constexpr std::array<CodeRule, 3> kRules{{
      {reasons::kGroupUnknown, codes::kRoleGroupUnknown},
      {reasons::kGroupHasGroups, codes::kRoleGroupNotEmpty},
      {reasons::kArgumentMalformed, codes::kRoleInvalid},
  }};
  return numbered(error, kRules);
}

}  // namespace cinnabar::jodoo
