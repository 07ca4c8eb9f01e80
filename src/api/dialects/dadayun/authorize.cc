#include "api/dialects/dadayun/authorize.h"

#include "api/dialects/dadayun/gateway.h"
#include "api/dialects/dadayun/scopes.h"
#include "base/text.h"
#include "services/grant_service.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::dadayun {
namespace {

constexpr std::size_t kStateBytesMax = 1'024;
constexpr std::size_t kChallengeBytes = 43;  // base64url of 32 bytes

struct Question {
  services::Client client;
  std::string redirect_uri;
  std::string scopes;
  std::string state;
  std::string challenge;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += "%" + to_hex({&byte, 1});
    }
  }
  return out;
}

// Nothing is loaded, framed or kept; the form goes to this server alone.
http::Response page(const api::Call& call, int status, const std::string& body) {
  http::Response response =
      http::text_response(status, "text/html; charset=utf-8",
                          "<!DOCTYPE html><html lang=\"zh\"><head><meta charset=\"utf-8\">"
                          "<meta name=\"viewport\" "
                          "content=\"width=device-width\"><title>授权登录</title></head><body>" +
                              body + "</body></html>");
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back(
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"});
  response.headers.push_back({"X-Frame-Options", "DENY"});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return with_request_id(call, std::move(response));
}

http::Response refuse_page(const api::Call& call, std::string_view what) {
  return page(call, 400, "<h1>无法授权</h1><p>" + escaped(what) + "</p>");
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escaped(value) +
         "\">";
}

http::Response sign_in_page(const api::Call& call, int status, const Question& question,
                            std::string_view complaint) {
  std::string body =
      "<h1>授权登录</h1><p>" + escaped(question.client.name) + " 请求以您的身份访问数据。</p>";
  if (!complaint.empty()) body += "<p role=\"alert\">" + escaped(complaint) + "</p>";
  body += "<form method=\"post\">" + hidden("response_type", "code") +
          hidden("client_id", question.client.key) + hidden("redirect_uri", question.redirect_uri) +
          hidden("scope", question.scopes) + hidden("state", question.state);
  if (!question.challenge.empty()) {
    body += hidden("code_challenge", question.challenge) + hidden("code_challenge_method", "S256");
  }
  body +=
      "<p><label>用户名 <input name=\"username\" autocomplete=\"username\" required></label></p>"
      "<p><label>密码 <input name=\"password\" type=\"password\" "
      "autocomplete=\"current-password\" required></label></p>"
      "<p><button type=\"submit\">登录并授权</button></p></form>";
  return page(call, status, body);
}

http::Response redirect(const api::Call& call, const Question& question, std::string_view name,
                        std::string_view value) {
  std::string address = question.redirect_uri;
  address += address.find('?') == std::string::npos ? '?' : '&';
  address += std::string(name) + "=" + percent_encoded(value);
  if (!question.state.empty()) address += "&state=" + percent_encoded(question.state);
  http::Response response;
  response.status = 302;
  response.headers = {{"Location", std::move(address)},
                      {"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"}};
  return with_request_id(call, std::move(response));
}

bool is_registered(const services::Client& client, std::string_view address) {
  const std::vector<std::string_view> known = split(client.setting("redirect_uris"), ' ');
  return !address.empty() && std::ranges::find(known, address) != known.end();
}

// What is wrong before it is known where to send people back to is told on a page; the rest goes
// back with them.
std::variant<Question, http::Response> read_question(const api::Call& call,
                                                     const Parameters& parameters) {
  Question question;
  auto client = call.services->clients.find_key(kDoorName, parameters.text("client_id"));
  if (!client || client->kind != ClientKind::oauth) return refuse_page(call, "client_id无效");
  question.client = std::move(*client);
  question.redirect_uri = parameters.text("redirect_uri");
  if (!is_registered(question.client, question.redirect_uri)) {
    return refuse_page(call, "redirect_uri未登记");
  }
  question.state = parameters.text("state");
  if (question.state.size() > kStateBytesMax) return refuse_page(call, "state过长");
  if (parameters.text("response_type") != "code") {
    return redirect(call, question, "error", "unsupported_response_type");
  }
  auto scopes = parse_scopes(parameters.text("scope"));
  if (!scopes) return redirect(call, question, "error", "invalid_scope");
  question.scopes = std::move(*scopes);
  question.challenge = parameters.text("code_challenge");
  const std::string& method = parameters.text("code_challenge_method");
  const bool is_challenge = question.challenge.empty() ||
                            (question.challenge.size() == kChallengeBytes && method == "S256");
  if (!is_challenge) return redirect(call, question, "error", "invalid_request");
  return question;
}

}  // namespace

api::Answer show_authorization(const api::Call& call) {
  const auto parameters = Parameters::read(call.request->query);
  if (!parameters) return refuse_page(call, "参数编码无效");
  auto question = read_question(call, *parameters);
  if (auto* refusal = std::get_if<http::Response>(&question)) return std::move(*refusal);
  return sign_in_page(call, 200, std::get<Question>(question), {});
}

api::Answer authorize(const api::Call& call) {
  const auto parameters = Parameters::read(call.request->body);
  if (!parameters || call.request->is_multipart) return refuse_page(call, "参数编码无效");
  auto read = read_question(call, *parameters);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const auto& question = std::get<Question>(read);
  const auto user = call.services->sessions.check_password(parameters->text("username"),
                                                           Secret{parameters->text("password")});
  if (!user) {
    const bool is_limited = user.error().reason == reasons::kRateLimited;
    return sign_in_page(call, is_limited ? 429 : 401, question,
                        is_limited ? "尝试次数过多，请稍后再试" : "用户名或密码错误");
  }
  return api::WriteStep{
      [call, question,
       user = *user](ports::WriteTransaction& transaction) -> Result<http::Response> {
        CINNABAR_TRY(const Secret code,
                     call.services->grants.issue_code(
                         transaction, question.client, user, question.scopes,
                         {.redirect_uri = question.redirect_uri, .challenge = question.challenge}));
        return redirect(call, question, "code", code.reveal());
      },
      [call, question](const Error&) {
        return redirect(call, question, "error", "temporarily_unavailable");
      }};
}

}  // namespace cinnabar::dadayun
