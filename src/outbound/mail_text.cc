#include "outbound/mail_text.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cinnabar::outbound {
namespace {

// The lengths of RFC 5321. 42 bytes become an encoded word that fits into a line of 78 characters
// beside the name of the header.
constexpr std::size_t kAddressBytesMax = 254;
constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::size_t kEncodedWordBytesMax = 42;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_domain(std::string_view domain) {
  const auto labels = split(domain, '.');
  return std::ranges::all_of(labels, [](std::string_view label) {
    return !label.empty() && label.size() <= kLabelBytesMax && !label.starts_with('-') &&
           !label.ends_with('-') &&
           std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
  });
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (text.size() > kAddressBytesMax || at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  if (local.size() > kLocalBytesMax || !is_domain(text.substr(at + 1))) return false;
  const auto atoms = split(local, '.');
  return std::ranges::all_of(atoms, [](std::string_view atom) {
    static constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~";
    return !atom.empty() && std::ranges::all_of(atom, [](char c) {
      return is_alphanumeric(c) || kSigns.find(c) != std::string_view::npos;
    });
  });
}

std::string subject_header(std::string_view subject) {
  const bool is_plain = std::ranges::all_of(subject, [](char c) { return c >= ' ' && c <= '~'; }) &&
                        subject.find("=?") == std::string_view::npos;
  if (is_plain) return "Subject: " + std::string(subject);
  std::string header = "Subject:";
  while (!subject.empty()) {
    const std::string_view part = utf8_prefix(subject, kEncodedWordBytesMax);
    const std::size_t size = std::max<std::size_t>(part.size(), 1);
    header += fmt::format("{}=?UTF-8?B?{}?=", header.size() > 8 ? "\r\n " : " ",
                          to_base64(subject.substr(0, size)));
    subject.remove_prefix(size);
  }
  return header;
}

std::string address_header(std::string_view name, std::span<const std::string> addresses) {
  std::string header = fmt::format("{}: ", name);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (i > 0) header += ",\r\n ";
    header += addresses[i];
  }
  return header;
}

std::string date_header(Instant at) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
  const CivilTime civil = to_civil(at, UtcOffset{});
  // The epoch was a Thursday.
  const std::int64_t days = at.micros() / kMicrosPerDay - (at.micros() % kMicrosPerDay < 0 ? 1 : 0);
  const auto weekday = static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);
  return fmt::format("Date: {}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays.at(weekday),
                     civil.day, kMonths.at(static_cast<std::size_t>(civil.month - 1)), civil.year,
                     civil.hour, civil.minute, civil.second);
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

}  // namespace cinnabar::outbound
