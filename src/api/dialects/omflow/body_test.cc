#include "api/dialects/omflow/body.h"

#include <gtest/gtest.h>

namespace cinnabar::omflow {
namespace {

Parameters of_body(std::string body) {
  http::Request request;
  request.body = std::move(body);
  return Parameters::read(request);
}

std::string list_of(const Parameters& parameters, std::string_view name) {
  const auto list = parameters.list(name);
  return list ? print(Json{*list}) : "error: " + list.error().subject;
}

TEST(OmflowBody, reads_json_whatever_the_content_type) {
  http::Request request;
  request.headers.push_back({"Content-Type", "text/plain"});
  request.body = R"({"action": "create", "data_no": 16})";
  const Parameters parameters = Parameters::read(request);
  EXPECT_EQ(parameters.text("action"), "create");
  EXPECT_EQ(parameters.text("data_no"), "16");
}

TEST(OmflowBody, accepts_a_byte_order_mark) {
  EXPECT_EQ(of_body("\xEF\xBB\xBF{\"a\": \"b\"}").text("a"), "b");
}

TEST(OmflowBody, a_body_that_is_no_object_has_no_parameters) {
  for (const char* body :
       {"[1]", "3", "null", "\"omflow_restapi\"", "{\"omflow_restapi\": 1,", ""}) {
    EXPECT_FALSE(of_body(body).has("omflow_restapi")) << body;
  }
}

TEST(OmflowBody, reads_urlencoded_forms) {
  const Parameters parameters = of_body("a=1+2&b=%E5%8D%B0&c");
  EXPECT_EQ(parameters.text("a"), "1 2");
  EXPECT_EQ(parameters.text("b"), "印");
  EXPECT_EQ(parameters.text("c"), "");
}

TEST(OmflowBody, the_query_string_is_never_read) {
  http::Request request;
  request.query = "security=x&omflow_restapi=1";
  EXPECT_FALSE(Parameters::read(request).has("security"));
}

TEST(OmflowBody, reads_multipart_values_and_keeps_files_apart) {
  http::Request request;
  request.is_multipart = true;
  http::Part value;
  value.name = "action";
  value.text = "create";
  http::Part file;
  file.name = "files";
  file.file_name = "a.txt";
  file.file = std::make_shared<http::SpooledFile>("none", 3, "00");
  http::Part blank;
  blank.name = "files";
  blank.file_name = "";
  blank.file = std::make_shared<http::SpooledFile>("none", 0, "00");
  request.parts = {value, file, blank};
  const Parameters parameters = Parameters::read(request);
  EXPECT_EQ(parameters.text("action"), "create");
  EXPECT_FALSE(parameters.has("files"));
  ASSERT_EQ(parameters.files().size(), 1u);
  EXPECT_EQ(*parameters.files().front()->file_name, "a.txt");
}

TEST(OmflowBody, truth_is_what_python_calls_true) {
  const Parameters parameters = of_body(
      R"({"zero": 0, "zero_point": 0.0, "empty": "", "null": null, "no": false, "list": [],
          "object": {}, "text_zero": "0", "one": 1, "yes": true})");
  for (const char* name : {"zero", "zero_point", "empty", "null", "no", "list", "object", "none"}) {
    EXPECT_FALSE(parameters.is_truthy(name)) << name;
  }
  for (const char* name : {"text_zero", "one", "yes"}) {
    EXPECT_TRUE(parameters.is_truthy(name)) << name;
  }
}

TEST(OmflowBody, every_spelling_of_a_list_is_a_list) {
  EXPECT_EQ(list_of(of_body("c=id&c=status"), "c"), R"(["id","status"])");
  EXPECT_EQ(list_of(of_body("c[]=id&c[]=status"), "c"), R"(["id","status"])");
  EXPECT_EQ(list_of(of_body("c=id"), "c"), R"(["id"])");
  EXPECT_EQ(list_of(of_body(R"(c=["id","status"])"), "c"), R"(["id","status"])");
  EXPECT_EQ(list_of(of_body(R"(c={"a":1}&c={"a":2})"), "c"), R"([{"a":1},{"a":2}])");
  EXPECT_EQ(list_of(of_body(R"({"c": ["id", "status"]})"), "c"), R"(["id","status"])");
  EXPECT_EQ(list_of(of_body(R"({"c": "[\"id\"]"})"), "c"), R"(["id"])");
  EXPECT_EQ(list_of(of_body(R"({"c": "-id"})"), "c"), R"(["-id"])");
}

TEST(OmflowBody, every_spelling_of_nothing_is_the_empty_list) {
  for (const char* body : {"", "c=", "c=System.Object[]", "c=System.Object%5B%5D", "c=%5B%5D",
                           R"({"c": []})", R"({"c": null})", R"({"c": ""})"}) {
    EXPECT_EQ(list_of(of_body(body), "c"), "[]") << body;
  }
}

TEST(OmflowBody, broken_json_inside_a_parameter_names_it) {
  EXPECT_EQ(list_of(of_body(R"({"c": "[1,"})"), "c"), "error: c");
  EXPECT_FALSE(of_body(R"({"c": [1]})").object("c"));
  EXPECT_TRUE(of_body(R"(c={"a":1})").object("c"));
}

TEST(OmflowBody, whole_numbers_come_as_numbers_or_text) {
  EXPECT_EQ(whole_number(Json{16}), 16);
  EXPECT_EQ(whole_number(Json{" 16 "}), 16);
  EXPECT_EQ(whole_number(Json{Json::Number{"16.0"}}), 16);
  EXPECT_EQ(whole_number(Json{Json::Number{"2.9"}}), std::nullopt);
  EXPECT_EQ(whole_number(Json{"abc"}), std::nullopt);
  EXPECT_EQ(whole_number(Json{Json::Array{Json{1}}}), std::nullopt);
}

}  // namespace
}  // namespace cinnabar::omflow
