#include "platform/http/router.h"

#include "base/text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace cinnabar::http {

struct Router::Node {
  struct Route {
    std::string method;  // "*" for any
    int index = -1;
    std::vector<std::string> names;  // of the captures, in path order
  };
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> capture;
  std::unique_ptr<Node> rest;
  std::vector<Route> routes;
};

namespace {

Error malformed_pattern(std::string_view text, std::string_view expected) {
  return make_error(Code::invalid_argument, kRoutePatternMalformed, std::string(expected),
                    std::string(text));
}

// The segments between slashes, without the empty one a trailing slash leaves.
std::vector<std::string_view> segments_of(std::string_view path) {
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return {};
  return split(path, '/');
}

Result<RouteSegment> parse_segment(std::string_view text, bool is_last) {
  if (text.empty()) return malformed_pattern(text, "expected text between two slashes");
  if (!text.starts_with('{')) {
    if (text.find_first_of("{}") != std::string_view::npos) {
      return malformed_pattern(text, "expected a segment to be all literal or all capture");
    }
    return RouteSegment{.kind = RouteSegment::Kind::literal, .text = std::string(text)};
  }
  if (!text.ends_with('}')) return malformed_pattern(text, "expected a closing brace");
  std::string_view name = text.substr(1, text.size() - 2);
  auto kind = RouteSegment::Kind::capture;
  if (name.ends_with('*')) {
    if (!is_last) return malformed_pattern(text, "expected the rest to be the last segment");
    kind = RouteSegment::Kind::rest;
    name.remove_suffix(1);
  }
  if (name.empty() || name.find_first_of("{}*") != std::string_view::npos) {
    return malformed_pattern(text, "expected a name between the braces");
  }
  return RouteSegment{.kind = kind, .text = std::string(name)};
}

template <typename Routes>
auto find_route(const Routes& routes, std::string_view method) -> decltype(routes.data()) {
  const auto by_name = [&](std::string_view wanted) {
    return std::ranges::find_if(routes, [&](const auto& one) { return one.method == wanted; });
  };
  for (const std::string_view wanted :
       {method, std::string_view(method == "HEAD" ? "GET" : method), std::string_view("*")}) {
    const auto found = by_name(wanted);
    if (found != routes.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

Result<RoutePattern> RoutePattern::parse(std::string_view text) {
  if (!text.starts_with('/')) return malformed_pattern(text, "expected a leading slash");
  const std::vector<std::string_view> pieces = segments_of(text);
  if (pieces.size() > kPathSegmentsMax) return malformed_pattern(text, "expected fewer segments");
  RoutePattern pattern;
  std::set<std::string, std::less<>> names;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    CINNABAR_TRY(RouteSegment segment, parse_segment(pieces[i], i + 1 == pieces.size()));
    const bool is_named = segment.kind != RouteSegment::Kind::literal;
    if (is_named && !names.insert(segment.text).second) {
      return malformed_pattern(text, "expected each capture to have its own name");
    }
    pattern.segments.push_back(std::move(segment));
  }
  return pattern;
}

std::string_view RouteMatch::capture(std::string_view name) const {
  for (const auto& [key, value] : captures) {
    if (key == name) return value;
  }
  return {};
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Status Router::add(std::string_view methods, std::string_view pattern, int route) {
  CINNABAR_TRY(const RoutePattern parsed, RoutePattern::parse(pattern));
  Node* node = root_.get();
  std::vector<std::string> names;
  for (const RouteSegment& segment : parsed.segments) {
    std::unique_ptr<Node>* next = nullptr;
    switch (segment.kind) {
      case RouteSegment::Kind::literal:
        next = &node->literals[segment.text];
        break;
      case RouteSegment::Kind::capture:
        next = &node->capture;
        names.push_back(segment.text);
        break;
      case RouteSegment::Kind::rest:
        next = &node->rest;
        names.push_back(segment.text);
        break;
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  for (const std::string_view method : split(methods, '|')) {
    const auto same = [&](const Node::Route& one) { return one.method == method; };
    if (method.empty() || std::ranges::any_of(node->routes, same)) {
      return make_error(Code::already_exists, kRouteExists, "expected one route per method",
                        std::string(pattern));
    }
    node->routes.push_back({.method = std::string(method), .index = route, .names = names});
  }
  return {};
}

struct Router::Step {
  const Node* node = nullptr;
  std::size_t depth = 0;
  std::vector<std::size_t> captured{};  // indexes of captured segments
  bool is_rest = false;
};

RouteMatch Router::matched(const Step& step, int route, const std::vector<std::string>& names,
                           const std::vector<std::string>& segments) {
  RouteMatch match{.kind = RouteMatch::Kind::found, .route = route};
  for (std::size_t i = 0; i < step.captured.size(); ++i) {
    match.captures.emplace_back(names[i], segments[step.captured[i]]);
  }
  if (!step.is_rest) return match;
  std::string rest;
  for (std::size_t i = step.depth; i < segments.size(); ++i) {
    if (i > step.depth) rest += '/';
    rest += segments[i];
  }
  match.captures.emplace_back(names.back(), std::move(rest));
  return match;
}

void Router::push_next(std::vector<Step>& stack, const Step& step,
                       const std::vector<std::string>& segments) {
  if (step.node->rest) stack.push_back({step.node->rest.get(), step.depth, step.captured, true});
  if (step.depth == segments.size()) return;
  const std::string& segment = segments[step.depth];
  if (step.node->capture && !segment.empty()) {
    std::vector<std::size_t> captured = step.captured;
    captured.push_back(step.depth);
    stack.push_back({step.node->capture.get(), step.depth + 1, std::move(captured), false});
  }
  if (const auto next = step.node->literals.find(segment); next != step.node->literals.end()) {
    stack.push_back({next->second.get(), step.depth + 1, step.captured, false});
  }
}

RouteMatch Router::find(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) return {.kind = RouteMatch::Kind::malformed_path};
  std::vector<std::string> segments;
  for (const std::string_view raw : segments_of(path)) {
    std::optional<std::string> decoded = decode_percent(raw);
    if (!decoded || segments.size() == kPathSegmentsMax) {
      return {.kind = RouteMatch::Kind::malformed_path};
    }
    segments.push_back(std::move(*decoded));
  }
  // Depth first with an explicit stack; the most specific alternative is pushed last.
  std::vector<Step> stack;
  stack.push_back({.node = root_.get()});
  std::set<std::string> allowed;
  while (!stack.empty()) {
    const Step step = std::move(stack.back());
    stack.pop_back();
    if (step.is_rest || step.depth == segments.size()) {
      const Node::Route* route = find_route(step.node->routes, method);
      if (route != nullptr) return matched(step, route->index, route->names, segments);
      for (const Node::Route& one : step.node->routes) allowed.insert(one.method);
    }
    if (!step.is_rest) push_next(stack, step, segments);
  }
  if (allowed.empty()) return {};
  return {.kind = RouteMatch::Kind::method_not_allowed,
          .allowed = {allowed.begin(), allowed.end()}};
}

}  // namespace cinnabar::http
