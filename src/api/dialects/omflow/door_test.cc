// The door as scripts see it, over a whole server in memory.
#include "api/dialects/omflow/door_test_support.h"

namespace cinnabar::omflow {
namespace {

using testing::DoorTest;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class OmflowDoor : public DoorTest {};

// The security code.

TEST_F(OmflowDoor, basic_credentials_give_a_code_that_stays_the_same_while_it_lives) {
  const std::string first = login("alice", "alice");
  EXPECT_THAT(first,
              StartsWith(R"({"status": 200, "message": "取得成功。", "result": {"security": ")"));
  world.clock.advance(minutes(4));
  EXPECT_EQ(login("alice", "alice"), first);
  world.clock.advance(minutes(5));
  EXPECT_NE(login("alice", "alice"), first);
}

TEST_F(OmflowDoor, an_email_address_is_a_name_too) {
  EXPECT_EQ(login("alice@example.com", "alice"), login("alice", "alice"));
}

TEST_F(OmflowDoor, wrong_password_and_unknown_user_are_told_alike) {
  const std::string wrong = login("alice", "nope");
  EXPECT_EQ(wrong, R"({"status": 403, "message": "使用者不存在或未啟用。", "result": null})");
  EXPECT_EQ(login("nobody", "nope"), wrong);
  EXPECT_EQ(login("alice", "a:b"), wrong);
  settings.values["omflow.login_failure"] = "document";
  EXPECT_EQ(login("nobody", "nope"), R"({"status": 404, "message": "登入失敗。", "result": null})");
}

TEST_F(OmflowDoor, a_missing_or_broken_header_is_500_in_neutral_words) {
  for (const char* header : {"", "Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Basic OmE="}) {
    Sent sent;
    sent.headers = {{"Authorization", header}};
    EXPECT_EQ(send("/accounts/api/security/get", sent),
              R"({"status": 500, "message": "使用者不存在或未啟用。", "result": null})")
        << header;
  }
}

TEST_F(OmflowDoor, the_scheme_and_the_method_of_a_login_do_not_matter) {
  for (const char* scheme : {"Basic ", "basic ", "Bearer "}) {
    Sent sent;
    sent.headers = {{"Authorization", scheme + to_base64("alice:alice")}};
    EXPECT_THAT(send("/accounts/api/security/get", sent), HasSubstr("\"status\": 200")) << scheme;
  }
}

TEST_F(OmflowDoor, disabling_an_account_ends_its_code) {
  const std::string body = expand(R"({"security": "CODE", "omflow_restapi": 1})");
  ASSERT_TRUE(world.admin.set_enabled("alice", false, world.sessions));
  EXPECT_THAT(post(kMissions, body), HasSubstr("安全碼錯誤"));
  EXPECT_THAT(login("alice", "alice"), HasSubstr("\"status\": 403"));
}

// The gateway.

TEST_F(OmflowDoor, the_gateway_checks_in_the_known_order) {
  EXPECT_EQ(post("/rest/no/such/path", "{}"),
            R"({"status": 403, "message": "URL錯誤，請確認後重新發送請求。", "result": null})");
  EXPECT_EQ(post("/rest/flowmanage/api/omdata/edit/", "{}"),
            R"({"status": 403, "message": "URL錯誤，請確認後重新發送請求。", "result": null})");
  for (const char* body : {"", "{}", R"({"omflow_restapi": 0})", R"({"omflow_restapi": ""})",
                           R"({"omflow_restapi": null, "security": "CODE"})", R"([1])"}) {
    EXPECT_EQ(post(edit_path(), body),
              R"({"status": 403, "message": "缺少參數：omflow_restapi", "result": null})")
        << body;
  }
  EXPECT_EQ(post(edit_path(), R"({"omflow_restapi": "0", "security": null})"),
            R"({"status": 403, "message": "缺少安全碼。", "result": null})");
  const std::string wrong =
      R"({"status": 403, "message": "安全碼錯誤，請確認安全碼或重新取得新的安全碼。", "result": null})";
  EXPECT_EQ(post(edit_path(), R"({"omflow_restapi": 1})"), wrong);
  EXPECT_EQ(post(edit_path(), R"({"omflow_restapi": 1, "security": "x"})"), wrong);
  EXPECT_EQ(post(edit_path(), R"({"omflow_restapi": 1, "security": ["CODE"]})"), wrong);
}

TEST_F(OmflowDoor, an_expired_code_says_so_until_a_new_one_is_fetched) {
  const std::string body = expand(R"({"security": "CODE", "omflow_restapi": 1})");
  world.clock.advance(minutes(4));
  EXPECT_THAT(post(kMissions, body), HasSubstr("查詢成功。"));
  world.clock.advance(minutes(5));
  EXPECT_THAT(post(kMissions, body), HasSubstr("安全碼過期，請重新取得新的安全碼。"));
  EXPECT_THAT(post(kMissions, body), HasSubstr("安全碼過期，請重新取得新的安全碼。"));
  login("alice", "alice");
  EXPECT_THAT(post(kMissions, body), HasSubstr("安全碼錯誤"));
}

TEST_F(OmflowDoor, words_follow_accept_language) {
  EXPECT_THAT(post(edit_path(), "{}", "en"), HasSubstr("Missing parameter: omflow_restapi"));
  EXPECT_THAT(post(edit_path(), "{}", "ja"), HasSubstr("引数がありません：omflow_restapi"));
  EXPECT_THAT(post(edit_path(), "{}", "zh-CN"), HasSubstr("缺少参数：omflow_restapi"));
}

// Create.

TEST_F(OmflowDoor, create_answers_as_documented) {
  EXPECT_EQ(post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1, "action": "create",
                                  "formdata": [{"id": "TITLE", "value": "printer"}]})"),
            R"({"status": "200", "message": "開單成功。", "result": "1"})");
  settings.values["omflow.status_type"] = "integer";
  EXPECT_EQ(post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1, "action": "create",
                                  "formdata": "[{\"id\": \"title\", \"value\": \"printer\"}]"})"),
            R"({"status": 200, "message": "開單成功。", "result": 2})");
}

TEST_F(OmflowDoor, create_works_urlencoded_and_multipart_with_files) {
  Sent form;
  form.body = expand(
      "security=CODE&omflow_restapi=1&action=create&formdata="
      "%5B%7B%22id%22%3A+%22TITLE%22%2C+%22value%22%3A+%22%5Cu5370%22%7D%5D");
  EXPECT_THAT(send(edit_path(), form), HasSubstr(R"("result": "1")"));

  Sent parts;
  parts.is_multipart = true;
  parts.parts = {value_part("security", expand("CODE")),
                 value_part("omflow_restapi", "1"),
                 value_part("action", "create"),
                 value_part("formdata", R"([{"id": "TITLE", "value": "with files"}])"),
                 value_part("files_item", R"(["FILES"])"),
                 file_part("files", "a.txt"),
                 file_part("FILES", "b.txt")};
  EXPECT_THAT(send(edit_path(), parts), HasSubstr(R"("result": "2")"));
  const std::string files =
      post("/rest/flowmanage/api/omdata-file/list/",
           R"({"security": "CODE", "omflow_restapi": 1, "api_path": "PATH", "data_no": 2})");
  EXPECT_THAT(files, HasSubstr(R"("file_name": "a.txt")"));
  EXPECT_THAT(files, HasSubstr(R"("formitm_id": "FILES")"));
  EXPECT_THAT(
      post(list_path(), R"({"security": "CODE", "omflow_restapi": 1, "search_columns": ["files"],
                                    "search_conditions": [{"column": "data_no", "condition": "=", "value": 2}]})"),
      HasSubstr("b.txt"));
}

TEST_F(OmflowDoor, create_failures_name_what_is_wrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "開單失敗：缺少必填欄位。（TITLE）"},
      {R"([{"id": "TITLE", "value": null}])", "開單失敗：缺少必填欄位。（TITLE）"},
      {R"([{"id": "TITLE", "value": "a"}, {"id": "FORMITM_99", "value": "x"}])",
       "開單失敗：找不到欄位。（FORMITM_99）"},
      {R"([{"value": "x"}])", "開單失敗：參數格式錯誤。（formdata）"},
      {R"("[{")", "開單失敗：參數格式錯誤。（formdata）"},
      {R"("not json")", "開單失敗：參數格式錯誤。（formdata）"},
      {R"({"id": "TITLE"})", "開單失敗：參數格式錯誤。（formdata）"}};
  for (const auto& [formdata, message] : cases) {
    EXPECT_EQ(post(edit_path(), std::string(R"({"security": "CODE", "omflow_restapi": 1,
                                                "action": "create", "formdata": )") +
                                    formdata + "}"),
              std::string(R"({"status": "404", "message": ")") + message + "\"}");
  }
  EXPECT_EQ(create(), 1) << "refused creates take no number";
}

TEST_F(OmflowDoor, create_refuses_files_that_have_no_place) {
  Sent sent;
  sent.is_multipart = true;
  sent.parts = {value_part("security", expand("CODE")), value_part("omflow_restapi", "1"),
                value_part("action", "create"),
                value_part("formdata", R"([{"id": "TITLE", "value": "x"}])"),
                file_part("NOTE", "a.txt")};
  EXPECT_THAT(send(edit_path(), sent), HasSubstr("開單失敗：找不到欄位。（NOTE）"));
  sent.parts.back() = value_part("files_item", R"(["FORMITM_9"])");
  EXPECT_THAT(send(edit_path(), sent), HasSubstr("開單失敗：找不到欄位。（FORMITM_9）"));
  sent.parts.back() = file_part("files", "virus.exe");
  EXPECT_THAT(send(edit_path(), sent), HasSubstr("開單失敗：不接受此類型的檔案。（virus.exe）"));
  sent.parts.back() = file_part("files", "big.txt", 5000);
  EXPECT_THAT(send(edit_path(), sent), HasSubstr("開單失敗：檔案過大。（big.txt）"));
  sent.parts.pop_back();
  sent.body_error = "multipart_truncated";
  EXPECT_THAT(send(edit_path(), sent), HasSubstr("開單失敗：上傳內容不完整或格式錯誤。"));
  EXPECT_EQ(create(), 1);
}

TEST_F(OmflowDoor, action_is_checked_before_the_flow) {
  const std::string missing = post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1})");
  EXPECT_EQ(missing, R"({"status": "404", "message": "缺少必要參數，請確認後重新發送請求。"})");
  EXPECT_THAT(post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1, "action": ""})"),
              HasSubstr("必要參數為空"));
  EXPECT_THAT(post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1, "action": "bogus"})"),
              HasSubstr("請提供正確的動作，新增、編輯或刪除。"));
  EXPECT_EQ(post("/rest/flowmanage/api/omdata/edit/nosuch",
                 R"({"security": "CODE", "omflow_restapi": 1, "action": "create"})"),
            R"({"status": "404", "message": "找不到流程。"})");
  settings.values["omflow.status_type"] = "integer";
  EXPECT_EQ(post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1})"),
            R"({"status": 404, "message": "缺少必要參數，請確認後重新發送請求。", "result": )"
            R"({"status": "require missing", "result": ["action"], )"
            R"("message": "缺少必要參數，請確認後重新發送請求。"}})");
}

TEST_F(OmflowDoor, create_needs_the_permission_and_the_switches) {
  const std::string body = R"({"security": "CODE", "omflow_restapi": 1, "action": "create",
                               "formdata": [{"id": "TITLE", "value": "x"}]})";
  code = code_of("dave");
  EXPECT_EQ(post(edit_path(), body), R"({"status": "403", "message": "您沒有權限進行此操作。"})");
  code = code_of("alice");
  ASSERT_TRUE(world.admin.set_process_switches(process_, true, false));
  EXPECT_EQ(post(edit_path(), body), R"({"status": "404", "message": "該流程未啟用API呼叫。"})");
  ASSERT_TRUE(world.admin.set_process_switches(process_, false, true));
  EXPECT_EQ(post(edit_path(), body), R"({"status": "404", "message": "該流程目前為停用狀態。"})");
}

TEST_F(OmflowDoor, a_flow_is_found_by_uuid_and_by_names_in_the_body) {
  EXPECT_THAT(post("/rest/flowmanage/api/omdata/edit/None/",
                   R"({"security": "CODE", "omflow_restapi": 1, "action": "create",
                       "flow_uuid": "UUID", "formdata": [{"id": "TITLE", "value": "x"}]})"),
              HasSubstr("\"200\""));
  EXPECT_THAT(post("/rest/flowmanage/api/omdata/edit/None/",
                   R"({"security": "CODE", "omflow_restapi": 1, "action": "create",
                       "app_name": "App", "flow_name": "Process p",
                       "start_input": {"TITLE": "x"}})"),
              HasSubstr("\"200\""));
}

// Query and push.

TEST_F(OmflowDoor, query_lists_where_a_ticket_stands) {
  const std::int64_t number = create();
  const std::string position = std::to_string(position_of(number));
  EXPECT_EQ(post(query_path(), R"({"security": "CODE", "omflow_restapi": 1, "data_no": 1})"),
            R"({"status": "200", "message": "查詢成功。", "result": [{"data_id": )" + position +
                R"(, "stop_chart_text": "A"}]})");
  Sent form;
  form.body = expand("security=CODE&omflow_restapi=1&data_no=1");
  EXPECT_THAT(send(query_path(), form), HasSubstr(position));
  EXPECT_EQ(post(query_path(), R"({"security": "CODE", "omflow_restapi": 1, "data_no": 999})"),
            R"({"status": "200", "message": "查詢成功。", "result": []})");
}

TEST_F(OmflowDoor, query_refuses_what_is_no_number) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("abc")", "查詢失敗，錯誤訊息如下：參數格式錯誤。（data_no）"},
      {"[1, 2]", "查詢失敗，錯誤訊息如下：參數格式錯誤。（data_no）"},
      {"0", "必要參數為空，請確認後重新發送請求。"},
      {"\"\"", "必要參數為空，請確認後重新發送請求。"}};
  for (const auto& [value, message] : cases) {
    EXPECT_EQ(
        post(query_path(),
             std::string(R"({"security": "CODE", "omflow_restapi": 1, "data_no": )") + value + "}"),
        std::string(R"({"status": "404", "message": ")") + message + "\"}");
  }
  EXPECT_EQ(post("/rest/flowmanage/api/omdata-data-id/get/nosuch",
                 R"({"security": "CODE", "omflow_restapi": 1, "data_no": 1})"),
            R"({"status": "404", "message": "查詢失敗。"})");
}

TEST_F(OmflowDoor, each_push_moves_on_and_makes_the_old_id_stale) {
  const std::int64_t number = create();
  const std::string first = std::to_string(position_of(number));
  const std::string push = R"({"security": "CODE", "omflow_restapi": 1, "action": "update",
                               "formdata": [{"id": "RESULT", "value": "ok"}], "data_id": )" +
                           first + "}";
  EXPECT_EQ(post(edit_path(), push), R"({"status": "200", "message": "推單成功。", "result": ""})");
  EXPECT_EQ(post(edit_path(), push),
            R"({"status": "404", "message": "推單失敗：找不到該筆資料。（)" + first + "）\"}");
  const std::string second = std::to_string(position_of(number));
  EXPECT_NE(second, first);
  settings.values["omflow.status_type"] = "integer";
  EXPECT_EQ(post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1, "action": "update",
                                  "data_id": ")" +
                                  second + "\"}"),
            R"({"status": 200, "message": "推單成功。", "result": 1})");
  EXPECT_EQ(post(query_path(), R"({"security": "CODE", "omflow_restapi": 1, "data_no": 1})"),
            R"({"status": 200, "message": "查詢成功。", "result": []})");
}

TEST_F(OmflowDoor, push_refusals_name_the_id_or_field) {
  const std::string id = std::to_string(position_of(create()));
  const auto push = [&](const std::string& rest) {
    return post(edit_path(),
                R"({"security": "CODE", "omflow_restapi": 1, "action": "update")" + rest + "}");
  };
  EXPECT_THAT(push(""), HasSubstr("缺少必要參數"));
  EXPECT_THAT(push(R"(, "data_id": "")"), HasSubstr("必要參數為空"));
  EXPECT_THAT(push(R"(, "data_id": "abc")"), HasSubstr("推單失敗：參數格式錯誤。（data_id）"));
  EXPECT_THAT(push(R"(, "data_id": 999999)"), HasSubstr("推單失敗：找不到該筆資料。（999999）"));
  EXPECT_THAT(push(R"(, "data_id": )" + id + R"(, "formdata": [{"id": "X", "value": 1}])"),
              HasSubstr("推單失敗：找不到欄位。（X）"));
  EXPECT_THAT(push(R"(, "data_id": )" + id + R"(, "quick_action": "action3")"),
              HasSubstr("推單失敗：找不到快速操作。"));
  code = code_of("dave");
  EXPECT_EQ(push(R"(, "data_id": )" + id),
            R"({"status": "403", "message": "您沒有權限進行此操作。"})");
}

TEST_F(OmflowDoor, push_reads_the_form_of_the_ticket_and_not_the_newest) {
  const std::int64_t number = create();
  const auto push = [&](const std::string& field) {
    return post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1, "action": "update",
                                 "formdata": [{"id": ")" +
                                 field + R"(", "value": "7"}], "data_id": )" +
                                 std::to_string(position_of(number)) + "}");
  };
  world.deploy(services::testing::kTwoTasks, "p", [](form::FormDefinition& form) {
    std::erase_if(form.fields, [](const form::Field& field) {
      return field.id == "NOTE" || field.id == "FILES";
    });
    form.fields.push_back(form.fields.front());
    form.fields.back().id = "NEW";
    form.fields.back().role = form::FieldRole::none;
    form.fields.back().required = false;
  });
  EXPECT_THAT(push("NEW"), HasSubstr("推單失敗：找不到欄位。（NEW）"));
  EXPECT_THAT(push("NOTE"), HasSubstr("推單成功"));
  const auto push_file = [&](const char* field) {
    Sent parts;
    parts.is_multipart = true;
    parts.parts = {value_part("security", expand("CODE")),
                   value_part("omflow_restapi", "1"),
                   value_part("action", "update"),
                   value_part("data_id", std::to_string(position_of(number))),
                   value_part("files_item", "[\"" + std::string(field) + "\"]"),
                   file_part(field, "b.txt")};
    return send(edit_path(), parts);
  };
  EXPECT_THAT(push_file("NEW"), HasSubstr("推單失敗"));
  EXPECT_THAT(push_file("Files"), HasSubstr("推單成功"));
}

TEST_F(OmflowDoor, an_id_of_another_flow_is_unknown) {
  const std::string id = std::to_string(position_of(create()));
  const ProcessId other = world.deploy(services::testing::kTwoTasks, "q");
  std::string path = world.catalog.current()->process(other)->uuid;
  std::erase(path, '-');
  EXPECT_THAT(post("/rest/flowmanage/api/omdata/edit/" + path,
                   R"({"security": "CODE", "omflow_restapi": 1, "action": "update", "data_id": )" +
                       id + "}"),
              HasSubstr("找不到該筆資料。"));
}

TEST_F(OmflowDoor, a_quick_action_writes_its_values_and_ignores_formdata) {
  const std::int64_t number = create();
  const std::string first = std::to_string(position_of(number));
  const auto push = [&](const std::string& id, const std::string& rest) {
    return post(edit_path(),
                R"({"security": "CODE", "omflow_restapi": 1, "action": "update", "data_id": )" +
                    id + rest + "}");
  };
  EXPECT_THAT(push(first, ""), HasSubstr("推單成功。"));
  EXPECT_THAT(
      push(std::to_string(position_of(number)),
           R"(, "quick_action": "action1", "formdata": [{"id": "NOTE", "value": "ignored"}])"),
      HasSubstr("推單成功。"));
  const std::string rows =
      post(list_path(), R"({"security": "CODE", "omflow_restapi": 1, "limit": 0,
      "search_columns": ["result", "note", "closed"], "order_columns": ["-id"]})");
  EXPECT_THAT(rows, HasSubstr(R"([{"result": "ok", "note": null, "closed": true})"));
}

TEST_F(OmflowDoor, delete_needs_its_permission_and_takes_lists) {
  create();
  create();
  const std::string body =
      R"({"security": "CODE", "omflow_restapi": 1, "action": "delete", "data_no": ["1", 2, 77]})";
  EXPECT_EQ(post(edit_path(), body),
            R"({"status": 403, "message": "您沒有權限進行此操作。", "result": null})");
  code = code_of("admin");
  EXPECT_EQ(post(edit_path(), body), R"({"status": 200, "message": "刪除成功。", "result": ""})");
  EXPECT_TRUE(world.open(process_, 1).empty());
  EXPECT_THAT(post(edit_path(), R"({"security": "CODE", "omflow_restapi": 1, "action": "delete"})"),
              HasSubstr("缺少必要參數"));
}

// The mission list.

TEST_F(OmflowDoor, missions_have_the_documented_columns_in_order) {
  create("印表機");
  const std::string id = std::to_string(position_of(1));
  const std::string item = std::to_string(world.inbox("alice").front().id.value());
  const std::string group =
      std::to_string(world.people.current()->find_group(GroupKind::group, "it")->value());
  EXPECT_EQ(
      post(kMissions, R"({"security": "CODE", "omflow_restapi": 1})"),
      expand(
          R"({"status": 200, "message": "查詢成功。", "result": [{"id": )" + item +
          R"(, "flow_uuid": "UUID", "flow_name": "Process p", "status": "assigned", "level": null, )"
          R"("title": "印表機", "data_no": 1, "data_id": )" +
          id +
          R"(, "history": false, "stop_uuid": "a", "stop_chart_text": "A", "create_user_id": "alice", )"
          R"("update_user_id": null, "ticket_createtime": "2023-11-15T06:13:20", )"
          R"("createtime": "2023-11-15T06:13:20", "updatetime": "2023-11-15T06:13:20", )"
          R"("assignee_id": null, "assign_group_id": )" +
          group +
          R"(, "action": ",", "attachment": false, "closed": false, "is_active": true, )"
          R"("deploy_flag": true}]})"));
}

TEST_F(OmflowDoor, missions_of_a_user_without_any_are_an_empty_list) {
  create();
  code = code_of("dave");
  EXPECT_EQ(post(kMissions, R"({"security": "CODE", "omflow_restapi": 1})"),
            R"({"status": 200, "message": "查詢成功。", "result": []})");
}

TEST_F(OmflowDoor, every_condition_means_the_same_in_the_database_and_in_memory) {
  create("alpha");
  world.clock.advance(milliseconds(1500));
  create("Beta");
  world.clock.advance(seconds(60));
  const std::int64_t third = create("gamma");
  ASSERT_TRUE(world.complete("alice", ActivityInstanceId{position_of(third)}));
  const std::pair<const char*, const char*> cases[] = {
      {R"({"column": "data_no", "condition": "=", "value": "2"})", "2"},
      {R"({"column": "data_no", "condition": "in", "value": [1, 3]})", "13"},
      {R"({"column": "data_no", "condition": ">", "value": 1})", "23"},
      {R"({"column": "title", "condition": "contains", "value": "BET"})", "2"},
      {R"({"column": "title", "condition": "=", "value": "beta"})", ""},
      {R"({"column": "title", "condition": "=", "value": null})", ""},
      {R"({"column": "title", "condition": "<", "value": "b"})", "12"},
      {R"({"column": "status", "condition": "in", "value": ["review"]})", "3"},
      {R"({"column": "level", "condition": "=", "value": null})", "123"},
      {R"({"column": "flow_uuid", "condition": "=", "value": "UUID"})", "123"},
      {R"({"column": "flow_uuid", "condition": "=", "value": "PATH"})", "123"},
      {R"({"column": "flow_name", "condition": "contains", "value": "process"})", "123"},
      {R"({"column": "flow_name", "condition": "=", "value": "other"})", ""},
      {R"({"column": "api_path", "condition": "=", "value": "PATH"})", "123"},
      {R"({"column": "create_user_id", "condition": "=", "value": "alice"})", "123"},
      {R"({"column": "create_user_id", "condition": "in", "value": ["bob"]})", ""},
      {R"({"column": "update_user_id", "condition": "=", "value": null})", "123"},
      {R"({"column": "history", "condition": "=", "value": true})", ""},
      {R"({"column": "closed", "condition": "=", "value": false})", "123"},
      {R"({"column": "is_active", "condition": "=", "value": true})", "123"},
      {R"({"column": "deploy_flag", "condition": "=", "value": false})", ""},
      {R"({"column": "attachment", "condition": "=", "value": "false"})", "123"},
      {R"({"column": "assignee_id", "condition": "=", "value": null})", "123"},
      {R"({"column": "ticket_createtime", "condition": "<", "value": "2023-11-15T06:13:21.500"})",
       "1"},
      {R"({"column": "ticket_createtime", "condition": "=", "value": "2023-11-15T06:13:21.500"})",
       "2"},
      {R"({"column": "ticket_createtime", "condition": ">", "value": "2023-11-15 06:13:20"})",
       "23"}};
  // A harmless condition over the labels of quick actions keeps the database from doing it.
  const std::string in_memory = R"(, {"column": "action", "condition": "contains", "value": ","})";
  for (const auto& [condition, expected] : cases) {
    for (const std::string& also : {std::string{}, in_memory}) {
      const std::string body =
          std::string(R"({"security": "CODE", "omflow_restapi": 1, "order_columns": ["data_no"],
          "search_columns": ["data_no"], "search_conditions": [)") +
          condition + also + "]}";
      const auto answer = Json::parse(post(kMissions, body));
      ASSERT_TRUE(answer);
      std::string numbers;
      for (const Json& row : *answer->find("result")->as_array()) {
        numbers += row.find("data_no")->as_number()->digits;
      }
      EXPECT_EQ(numbers, expected) << condition << also;
    }
  }
}

TEST_F(OmflowDoor, missions_sort_exclude_and_cut) {
  for (const char* title : {"a", "b", "c"}) create(title);
  const auto numbers = [&](const std::string& rest) {
    return post(
        kMissions,
        R"({"security": "CODE", "omflow_restapi": 1, "search_columns": ["data_no"])" + rest + "}");
  };
  EXPECT_THAT(numbers(R"(, "limit": 2)"), HasSubstr(R"([{"data_no": 1}, {"data_no": 2}])"));
  EXPECT_THAT(numbers(R"(, "start": 1, "limit": 2)"), HasSubstr(R"([{"data_no": 2}])"));
  EXPECT_THAT(numbers(R"(, "start": 3, "limit": 2)"), HasSubstr("[]"));
  EXPECT_THAT(numbers(R"(, "order_columns": ["-id"], "limit": 1)"),
              HasSubstr(R"([{"data_no": 3}])"));
  EXPECT_THAT(numbers(R"(, "order_columns": ["flow_name", "-data_no"], "limit": 1)"),
              HasSubstr(R"([{"data_no": 3}])"));
  EXPECT_THAT(
      numbers(R"(, "exclude_conditions": [{"column": "title", "condition": "=", "value": "b"}])"),
      HasSubstr(R"([{"data_no": 1}, {"data_no": 3}])"));
}

TEST_F(OmflowDoor, mission_failures_have_an_empty_list) {
  EXPECT_EQ(
      post(kMissions, R"({"security": "CODE", "omflow_restapi": 1, "search_columns": ["nope"]})"),
      R"({"status": 404, "message": "查詢失敗，錯誤訊息如下：找不到欄位。（nope）", "result": []})");
  settings.values["omflow.status_type"] = "integer";
  EXPECT_THAT(post(kMissions, R"({"security": "CODE", "omflow_restapi": 1, "limit": -1})"),
              HasSubstr(R"("result": null)"));
}

TEST_F(OmflowDoor, missions_of_a_disabled_flow_are_not_offered) {
  create();
  ASSERT_TRUE(world.admin.set_process_switches(process_, false, true));
  EXPECT_THAT(post(kMissions, R"({"security": "CODE", "omflow_restapi": 1})"), HasSubstr("[]"));
}

// Rows, worklog, relations, people.

TEST_F(OmflowDoor, rows_show_each_position_a_ticket_had) {
  const std::int64_t number = create();
  const std::string start = std::to_string(position_of(number));
  ASSERT_TRUE(world.complete("alice", ActivityInstanceId{position_of(number)}));
  const std::string rows = post(list_path(), R"({"security": "CODE", "omflow_restapi": 1,
      "search_columns": ["id", "history", "stop_chart_text", "status", "stop_chart_type", "init_data_id"]})");
  EXPECT_THAT(rows, HasSubstr(R"("history": true, "stop_chart_text": "A", "status": "assigned")"));
  EXPECT_THAT(rows,
              HasSubstr(R"({"id": )" + start + R"(, "history": true, "stop_chart_text": "B")"));
  EXPECT_THAT(
      rows,
      HasSubstr(
          R"("history": false, "stop_chart_text": "B", "status": "review", "stop_chart_type": "form")"));
  code = code_of("dave");
  EXPECT_EQ(post(list_path(), R"({"security": "CODE", "omflow_restapi": 1})"),
            R"({"status": 403, "message": "您沒有權限進行此操作。", "result": []})");
  EXPECT_THAT(post("/rest/flowmanage/api/omdata/list/nosuch",
                   R"({"security": "CODE", "omflow_restapi": 1})"),
              HasSubstr("找不到流程。"));
}

TEST_F(OmflowDoor, rows_have_the_documented_columns_in_order) {
  create();
  EXPECT_THAT(
      post(list_path(), R"({"security": "CODE", "omflow_restapi": 1, "limit": 1})"),
      HasSubstr(expand(
          R"("flow_uuid": "UUID", "dataid_header": null, "data_no": 1, "history": true, )"
          R"("status": "assigned", "title": "printer", "level": null, "group": null, "closed": false, )"
          R"("stop_uuid": "a", "stop_chart_type": "form", "stop_chart_text": "A", )"
          R"("running": false, "error": false, "createtime": "2023-11-15T06:13:20", )")));
}

TEST_F(OmflowDoor, worklog_entries_are_added_and_listed) {
  create();
  const std::string path = "/rest/flowmanage/api/omdata-worklog/";
  EXPECT_EQ(post(path + "create/", R"({"security": "CODE", "omflow_restapi": 1, "api_path": "PATH",
                                       "data_no": 1, "content": "looked at it"})"),
            R"({"status": 200, "message": "建立成功。", "result": null})");
  const std::string list =
      post(path + "list/",
           R"({"security": "CODE", "omflow_restapi": 1, "api_path": "PATH", "data_no": 1})");
  EXPECT_THAT(list,
              HasSubstr(R"("create_user_id__nick_name": "alice", "content": "looked at it")"));
  EXPECT_THAT(
      post(path + "create",
           R"({"security": "CODE", "omflow_restapi": 1, "api_path": "PATH", "data_no": 1})"),
      HasSubstr("缺少必要參數"));
  code = code_of("dave");
  EXPECT_THAT(
      post(path + "list",
           R"({"security": "CODE", "omflow_restapi": 1, "api_path": "PATH", "data_no": 1})"),
      HasSubstr("找不到該筆資料。"));
}

TEST_F(OmflowDoor, files_are_attached_to_a_row) {
  const std::string id = std::to_string(position_of(create()));
  Sent sent;
  sent.is_multipart = true;
  sent.parts = {value_part("security", expand("CODE")), value_part("omflow_restapi", "1"),
                value_part("api_path", api_path_), value_part("data_id", id),
                file_part("files", "a.txt")};
  EXPECT_EQ(send("/rest/flowmanage/api/omdata-file/upload/", sent),
            R"({"status": 200, "message": "上傳成功。", "result": null})");
  EXPECT_EQ(send("/rest/flowmanage/api/omdata-file/upload/", sent),
            R"({"status": 200, "message": "上傳成功。", "result": null})");
  const std::string list =
      post("/rest/flowmanage/api/omdata-file/list",
           R"({"security": "CODE", "omflow_restapi": 1, "flow_uuid": "UUID", "data_no": "1"})");
  EXPECT_THAT(list, HasSubstr(R"("data_id": )" + id + R"(, "file_name": "a.txt", "file_size": 1)"));
  EXPECT_EQ(list.find("a.txt"), list.rfind("a.txt")) << "the newest of a name alone";
}

TEST_F(OmflowDoor, relations_are_seen_from_both_ends) {
  create("mother");
  create("child");
  const std::string path = "/rest/flowmanage/api/relation/";
  const std::string edit =
      R"({"security": "CODE", "omflow_restapi": 1, "action": "create", "api_path": "PATH",
      "data_no": 1, "object_flow": "UUID", "object_no": [2], "relation_type": "parent"})";
  EXPECT_EQ(post(path + "edit", edit),
            R"({"status": 200, "message": "建立成功。", "result": null})");
  EXPECT_THAT(post(path + "edit", edit), HasSubstr("資料已存在。"));
  EXPECT_THAT(
      post(path + "list",
           R"({"security": "CODE", "omflow_restapi": 1, "api_path": "PATH", "data_no": 2})"),
      HasSubstr(R"("relation_type": "child")"));
  std::string remove = edit;
  remove.replace(remove.find("create"), 6, "delete");
  EXPECT_THAT(post(path + "edit", remove), HasSubstr("刪除成功。"));
  EXPECT_THAT(
      post(path + "list",
           R"({"security": "CODE", "omflow_restapi": 1, "api_path": "PATH", "data_no": 2})"),
      HasSubstr(R"("result": [])"));
}

TEST_F(OmflowDoor, people_are_listed_without_passwords) {
  const std::string all =
      post("/rest/accounts/api/user/list/", R"({"security": "CODE", "omflow_restapi": 1})");
  EXPECT_THAT(all, HasSubstr(R"("username": "alice")"));
  EXPECT_THAT(all, Not(HasSubstr("password")));
  EXPECT_THAT(all, Not(HasSubstr("fake:")));
  EXPECT_EQ(
      post("/rest/accounts/api/user/list/",
           R"({"security": "CODE", "omflow_restapi": 1, "search_columns": ["password"]})"),
      R"({"status": 404, "message": "查詢失敗，錯誤訊息如下：找不到欄位。（password）", "result": []})");
  EXPECT_EQ(post("/rest/accounts/api/user/list",
                 R"({"security": "CODE", "omflow_restapi": 1, "search_columns": ["username"],
      "search_conditions": [{"column": "email", "condition": "=", "value": "bob@example.com"}]})"),
            R"({"status": 200, "message": "查詢成功。", "result": [{"username": "bob"}]})");
}

TEST_F(OmflowDoor, groups_and_their_members_are_listed) {
  EXPECT_THAT(
      post("/rest/accounts/api/group/list",
           R"({"security": "CODE", "omflow_restapi": 1, "org_name": ["it"]})"),
      HasSubstr(
          R"("group_no": "it", "display_name": "it", "parent_group_id": null, "description": "")"));
  const std::string members =
      post("/rest/accounts/api/user/list-by-group",
           R"({"security": "CODE", "omflow_restapi": 1, "org_name": ["it"]})");
  EXPECT_THAT(members, HasSubstr(R"("result": {"it": [{"user": )"));
  EXPECT_THAT(members, HasSubstr(R"("user__username": "bob")"));
  EXPECT_THAT(members, Not(HasSubstr("carol")));
}

}  // namespace
}  // namespace cinnabar::omflow
