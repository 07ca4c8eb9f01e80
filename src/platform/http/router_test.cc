#include "platform/http/router.h"

#include <gtest/gtest.h>

namespace cinnabar::http {
namespace {

Router make_router() {
  Router router;
  EXPECT_TRUE(router.add("GET", "/api/v1/forms", 1));
  EXPECT_TRUE(router.add("POST", "/api/v1/forms", 2));
  EXPECT_TRUE(router.add("GET|PUT", "/api/v1/forms/{form}", 3));
  EXPECT_TRUE(router.add("GET", "/api/v1/forms/new", 4));
  EXPECT_TRUE(router.add("*", "/api/v1/forms/{form}/records/{record}/", 5));
  EXPECT_TRUE(router.add("GET", "/web/{file*}", 6));
  EXPECT_TRUE(router.add("GET", "/", 7));
  return router;
}

TEST(Router, method_and_path_choose_the_route) {
  const Router router = make_router();
  EXPECT_EQ(router.find("GET", "/api/v1/forms").route, 1);
  EXPECT_EQ(router.find("POST", "/api/v1/forms/").route, 2);
  EXPECT_EQ(router.find("GET", "/").route, 7);
  EXPECT_EQ(router.find("DELETE", "/api/v1/forms/a/records/b").route, 5);
  EXPECT_EQ(router.find("GET", "/api").kind, RouteMatch::Kind::not_found);
  EXPECT_EQ(router.find("GET", "/api/v1/forms/a/records").kind, RouteMatch::Kind::not_found);
}

TEST(Router, head_uses_the_route_of_get) {
  EXPECT_EQ(make_router().find("HEAD", "/api/v1/forms").route, 1);
}

TEST(Router, literal_beats_capture_and_falls_back_to_it) {
  const Router router = make_router();
  EXPECT_EQ(router.find("GET", "/api/v1/forms/new").route, 4);
  const RouteMatch put = router.find("PUT", "/api/v1/forms/new");
  EXPECT_EQ(put.route, 3);
  EXPECT_EQ(put.capture("form"), "new");
  EXPECT_EQ(router.find("GET", "/api/v1/forms/new/records/7").capture("form"), "new");
}

TEST(Router, captures_are_decoded_and_keep_an_encoded_slash) {
  const RouteMatch match = make_router().find("GET", "/api/v1/forms/%E8%A1%A8%2Fa+b/records/x%20y");
  ASSERT_EQ(match.route, 5);
  EXPECT_EQ(match.capture("form"), "\xE8\xA1\xA8/a+b");
  EXPECT_EQ(match.capture("record"), "x y");
  EXPECT_EQ(match.capture("other"), "");
}

TEST(Router, rest_takes_everything_below) {
  const Router router = make_router();
  EXPECT_EQ(router.find("GET", "/web/a/b.js").capture("file"), "a/b.js");
  EXPECT_EQ(router.find("GET", "/web").route, 6);
  EXPECT_EQ(router.find("GET", "/web/").capture("file"), "");
}

TEST(Router, wrong_method_names_the_allowed_ones) {
  const RouteMatch match = make_router().find("DELETE", "/api/v1/forms/new");
  EXPECT_EQ(match.kind, RouteMatch::Kind::method_not_allowed);
  EXPECT_EQ(match.allowed, (std::vector<std::string>{"GET", "PUT"}));
}

TEST(Router, broken_and_endless_paths_are_malformed) {
  const Router router = make_router();
  EXPECT_EQ(router.find("GET", "/api/%zz").kind, RouteMatch::Kind::malformed_path);
  EXPECT_EQ(router.find("GET", "*").kind, RouteMatch::Kind::malformed_path);
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "/a";
  EXPECT_EQ(router.find("GET", deep).kind, RouteMatch::Kind::malformed_path);
}

TEST(Router, empty_segment_is_no_capture) {
  EXPECT_EQ(make_router().find("GET", "/api/v1/forms//records/1").kind,
            RouteMatch::Kind::not_found);
}

TEST(Router, patterns_are_checked) {
  Router router = make_router();
  for (const char* pattern : {"a", "/a//b", "/{", "/{}", "/a{b}", "/{a}/{a}", "/{a*}/b"}) {
    const Status status = router.add("GET", pattern, 9);
    ASSERT_FALSE(status) << pattern;
    EXPECT_EQ(status.error().reason, kRoutePatternMalformed) << pattern;
  }
  const Status again = router.add("GET", "/api/v1/forms/{other}", 9);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, kRouteExists);
}

}  // namespace
}  // namespace cinnabar::http
