#include "platform/http/response.h"

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cinnabar::http {
namespace {

constexpr std::array<std::string_view, 7> kOwnHeaders = {
    "content-length", "transfer-encoding", "connection", "keep-alive", "date",
    "server",         "x-request-id"};

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

bool is_own_header(std::string_view name) {
  return std::ranges::any_of(
      kOwnHeaders, [&](std::string_view own) { return equals_ignore_ascii_case(own, name); });
}

void append_number(std::string& out, std::uint64_t value) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

}  // namespace

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr auto kPhrases = std::to_array<Phrase>({
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {203, "Non-Authoritative Information"},
      {204, "No Content"},
      {205, "Reset Content"},
      {206, "Partial Content"},
      {207, "Multi-Status"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {407, "Proxy Authentication Required"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {423, "Locked"},
      {424, "Failed Dependency"},
      {425, "Too Early"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {451, "Unavailable For Legal Reasons"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
      {511, "Network Authentication Required"},
  });
  const auto found = std::ranges::lower_bound(kPhrases, status, {}, &Phrase::status);
  return found != kPhrases.end() && found->status == status ? found->text : "Unknown";
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

Response text_response(int status, std::string_view media_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", std::string(media_type)});
  response.body = std::move(body);
  return response;
}

Response server_error(int status, std::string_view cause, std::string_view request_id) {
  Json json = Json::object();
  json.set("status", Json(status));
  json.set("cause", Json(cause));
  json.set("request_id", Json(request_id));
  return text_response(status, "application/json", print(json));
}

void append_head(std::string& out, const Response& response, const HeadOptions& options) {
  // A status outside three digits would break the status line.
  const int status = response.status >= 100 && response.status <= 999 ? response.status : 500;
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out += reason_phrase(status);
  out += "\r\nServer: cinnabar\r\nDate: ";
  out += options.date;
  out += "\r\nX-Request-Id: ";
  out += options.request_id;
  for (const Header& header : response.headers) {
    if (!is_token(header.name) || !is_field_value(header.value) || is_own_header(header.name)) {
      continue;
    }
    out += "\r\n";
    out += header.name;
    out += ": ";
    out += header.value;
  }
  if (may_have_body(status)) {
    out += "\r\nContent-Length: ";
    append_number(out, options.content_length);
  }
  if (!options.keep_alive) {
    out += "\r\nConnection: close";
  } else if (options.is_http10) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n\r\n";
}

std::string to_http_date(std::int64_t seconds_since_epoch) {
  static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                            "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // 1970-01-01 was a Thursday; the calendar may reach before it.
  const std::int64_t day =
      (seconds_since_epoch - (((seconds_since_epoch % 86'400) + 86'400) % 86'400)) / 86'400;
  const std::int64_t weekday = (((day + 4) % 7) + 7) % 7;
  const CivilTime at = to_civil(Instant{seconds_since_epoch * 1'000'000}, UtcOffset{});
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(weekday)], at.day,
      kMonths[static_cast<std::size_t>(at.month - 1)], at.year, at.hour, at.minute, at.second);
}

}  // namespace cinnabar::http
