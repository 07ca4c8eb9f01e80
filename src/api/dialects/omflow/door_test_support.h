// The door over a whole server in memory, for tests: sends requests to the route table and runs
// their writes, without sockets.
#pragma once

#include "api/dialects/omflow/dialect.h"
#include "base/text.h"
#include "platform/http/router.h"
#include "services/testing/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::omflow::testing {

class DoorTest : public ::testing::Test {
 protected:
  DoorTest() {
    for (const api::Route& route : kDialect.routes) {
      EXPECT_TRUE(router_.add(route.methods, route.pattern, index_++));
    }
    process_ = world.deploy(services::testing::kTwoTasks);
    flow_uuid_ = world.catalog.current()->process(process_)->uuid;
    api_path_ = flow_uuid_;
    std::erase(api_path_, '-');
  }

  struct Sent {
    std::string method = "POST";
    std::string body{};
    std::vector<http::Header> headers{};
    std::vector<http::Part> parts{};
    bool is_multipart = false;
    std::optional<std::string> body_error{};
  };

  std::string send(std::string_view path, Sent sent) {
    auto request = std::make_shared<http::Request>();
    request->method = std::move(sent.method);
    request->path = std::string(path);
    request->body = std::move(sent.body);
    request->headers = std::move(sent.headers);
    request->parts = std::move(sent.parts);
    request->is_multipart = sent.is_multipart;
    request->body_error = std::move(sent.body_error);
    request->request_id = "r1";
    api::Call call;
    call.request = request;
    call.services = &services;
    call.time_zone = UtcOffset{480};
    call.settings = &settings;
    const http::RouteMatch match = router_.find(request->method, path);
    if (match.kind != http::RouteMatch::Kind::found) return checked(kDialect.not_found(call));
    for (const auto& [name, value] : match.captures) call.captures.push_back(value);
    const api::Route& route = kDialect.routes[static_cast<std::size_t>(match.route)];
    std::unique_ptr<ports::ReadTransaction> snapshot;
    if (route.lane == api::Lane::read) {
      snapshot = std::move(*world.store.read());
      call.snapshot = snapshot.get();
    }
    return finish(route.handler(call));
  }

  // JSON text with CODE, PATH and UUID replaced.
  std::string post(std::string_view path, std::string body, std::string_view language = "") {
    Sent sent;
    sent.body = expand(std::move(body));
    if (!language.empty()) sent.headers.push_back({"Accept-Language", std::string(language)});
    return send(path, std::move(sent));
  }

  std::string login(std::string_view user, std::string_view password) {
    Sent sent;
    sent.method = "GET";
    sent.headers = {
        {"Authorization", "Basic " + to_base64(std::string(user) + ":" + std::string(password))}};
    return send("/accounts/api/security/get/", std::move(sent));
  }

  std::string code_of(std::string_view user) {
    const auto answer = Json::parse(login(user, user));
    EXPECT_TRUE(answer);
    const Json* result = answer->find("result");
    const Json* security = result == nullptr ? nullptr : result->find("security");
    EXPECT_NE(security, nullptr);
    return security == nullptr ? std::string{} : *security->as_string();
  }

  std::string expand(std::string text) {
    const std::pair<std::string_view, std::string> words[] = {
        {"CODE", code.empty() ? code = code_of("alice") : code},
        {"PATH", api_path_},
        {"UUID", flow_uuid_}};
    for (const auto& [word, value] : words) {
      for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word)) {
        text.replace(at, word.size(), value);
      }
    }
    return text;
  }

  std::string edit_path() { return "/rest/flowmanage/api/omdata/edit/" + api_path_; }
  std::string query_path() { return "/rest/flowmanage/api/omdata-data-id/get/" + api_path_; }
  std::string list_path() { return "/rest/flowmanage/api/omdata/list/" + api_path_ + "/"; }
  static constexpr const char* kMissions = "/rest/my-mission/api/my-mission/list/";

  // A ticket of alice's; gives its number.
  std::int64_t create(const char* title = "printer") {
    const auto started =
        world.start("alice", process_, services::testing::values({{"TITLE", title}}));
    EXPECT_TRUE(started);
    return started ? started->number : 0;
  }
  std::int64_t position_of(std::int64_t number) {
    const auto open = world.open(process_, number);
    EXPECT_FALSE(open.empty());
    return open.empty() ? 0 : open.front().activity.value();
  }

  static http::Part value_part(std::string name, std::string text) {
    http::Part part;
    part.name = std::move(name);
    part.text = std::move(text);
    return part;
  }
  static http::Part file_part(std::string name, std::string file_name, std::uint64_t size = 5) {
    http::Part part;
    part.name = std::move(name);
    part.file_name = std::move(file_name);
    part.media_type = "text/plain";
    part.file =
        std::make_shared<http::SpooledFile>("no-such-folder/upload", size, std::string(64, 'a'));
    return part;
  }

  services::testing::World world;
  services::Services services = world.all();
  api::DoorSettings settings;
  std::string code;
  ProcessId process_;
  std::string flow_uuid_;
  std::string api_path_;

 private:
  std::string finish(api::Answer answer) {
    if (auto* response = std::get_if<http::Response>(&answer)) return checked(*response);
    const auto& step = std::get<api::WriteStep>(answer);
    std::optional<http::Response> response;
    const Status done =
        ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) -> Status {
          CINNABAR_TRY(response, step.run(transaction));
          return {};
        });
    return checked(done ? *response : step.refuse(done.error()));
  }

  static std::string checked(const http::Response& response) {
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.at(0).value, "application/json");
    // Non-ASCII is escaped on the wire; tests read it unescaped.
    for (const char c : response.body) EXPECT_GE(static_cast<int>(c), 0x20);
    auto parsed = Json::parse(response.body);
    EXPECT_TRUE(parsed) << response.body;
    return parsed ? print(*parsed, {.ascii = false, .spaced = true}) : std::string{};
  }

  http::Router router_;
  int index_ = 0;
};

}  // namespace cinnabar::omflow::testing
