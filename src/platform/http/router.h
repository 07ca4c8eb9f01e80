// A route table: method and path in, the index of a route and its captured segments out. It knows
// no handlers; the caller keeps those in an array beside it.
//
// A pattern is "/" and segments divided by "/": literal text, "{name}" for exactly one segment that
// is not empty, or, as the last segment, "{name*}" for the rest of the path, which may be empty.
// Literal beats capture, capture beats rest. A trailing slash never matters. Segments are compared
// and captured percent-decoded; an encoded slash stays inside its segment.
//
// Ownership: the router owns its tree. Thread: `add` before sharing, then `find` from any thread.
// Cost: one tree node per segment and alternative; each node is visited at most once per look-up.
#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::http {

inline constexpr Reason kRoutePatternMalformed{"route_pattern_malformed"};
inline constexpr Reason kRouteExists{"route_exists"};

struct RouteSegment {
  enum class Kind : std::uint8_t { literal, capture, rest };
  Kind kind = Kind::literal;
  std::string text;  // the literal, or the name of the capture
};

struct RoutePattern {
  std::vector<RouteSegment> segments;
  // Errors: route_pattern_malformed for a missing leading slash, an empty or repeated name, stray
  // braces, a rest that is not last, or more than kPathSegmentsMax segments.
  static Result<RoutePattern> parse(std::string_view text);
};

inline constexpr std::size_t kPathSegmentsMax = 64;

struct RouteMatch {
  enum class Kind : std::uint8_t { found, not_found, method_not_allowed, malformed_path };
  Kind kind = Kind::not_found;
  int route = -1;  // only when found
  std::vector<std::pair<std::string, std::string>> captures{};
  std::vector<std::string> allowed{};  // only for method_not_allowed, sorted

  // Empty when there is no such capture.
  [[nodiscard]] std::string_view capture(std::string_view name) const;
};

class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  // `methods` is "GET", several as "GET|POST", or "*" for any. A route for GET also answers HEAD
  // unless HEAD has its own. Errors: route_pattern_malformed, route_exists.
  [[nodiscard]] Status add(std::string_view methods, std::string_view pattern, int route);

  // `path` is the raw path without the query.
  [[nodiscard]] RouteMatch find(std::string_view method, std::string_view path) const;

 private:
  struct Node;
  struct Step;

  static RouteMatch matched(const Step& step, int route, const std::vector<std::string>& names,
                            const std::vector<std::string>& segments);
  static void push_next(std::vector<Step>& stack, const Step& step,
                        const std::vector<std::string>& segments);

  std::unique_ptr<Node> root_;
};

}  // namespace cinnabar::http
