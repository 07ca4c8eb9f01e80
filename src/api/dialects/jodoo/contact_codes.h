// The vendor's numbers for members, departments and roles, and which of them an error of the
// directory has. Pure functions, any thread.
#pragma once

#include "base/error.h"

#include <string_view>

namespace cinnabar::jodoo {

namespace codes {
inline constexpr int kUsernameFormat = 1017;
inline constexpr int kNicknameFormat = 1019;
inline constexpr int kAlreadyMember = 1065;
inline constexpr int kNicknameMissing = 1085;
inline constexpr int kMemberTwice = 1087;
inline constexpr int kUsernameLong = 1092;
inline constexpr int kMemberInvalid = 1096;
inline constexpr int kRoleUnknown = 1201;
inline constexpr int kRoleInvalid = 1203;
inline constexpr int kRoleGroupMissing = 1205;
inline constexpr int kRoleGroupUnknown = 1206;
inline constexpr int kRoleNameLong = 1207;
inline constexpr int kRoleGroupNotEmpty = 1208;
inline constexpr int kSiblingName = 6000;
inline constexpr int kParentUnknown = 6001;
inline constexpr int kDepartmentUnknown = 6002;
inline constexpr int kHasDepartments = 6003;
inline constexpr int kUpdateFailed = 6004;
inline constexpr int kCreateFailed = 6005;
inline constexpr int kHasMembers = 6006;
inline constexpr int kNumberRange = 6010;
inline constexpr int kDepartmentCycle = 6011;
inline constexpr int kDepartmentName = 6012;
inline constexpr int kNumberTaken = 6013;
inline constexpr int kRootAlone = 6014;
inline constexpr int kRootStays = 6015;
inline constexpr int kTooDeep = 6017;
inline constexpr int kMembersMissing = 6019;
inline constexpr int kTooManyDepartments = 6020;
inline constexpr int kTooManyMembers = 6021;
inline constexpr int kSameParent = 6064;
}  // namespace codes

// Empty when it is none of these.
std::string_view contact_text(int code);

// An error of the directory service, with the number for a call about that kind of thing. Others
// stay as they are.
Error member_error(const Error& error);
Error department_error(const Error& error);
Error role_error(const Error& error);
Error role_group_error(const Error& error);

}  // namespace cinnabar::jodoo
