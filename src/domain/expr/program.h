// The compiled form of an expression: a tree of nodes in one array, with every name resolved to a
// slot or to the scope, and every function to its place in the table. Chains of operators are one
// node with many children, so the tree is never deeper than the text is nested.
// Inside of the expression module. Thread: immutable once made.
#pragma once

#include "domain/expr/value.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cinnabar::expr {

using NodeId = std::uint32_t;

enum class NodeKind : std::uint8_t {
  constant,       // a: constants
  local,          // a: slot
  scope_name,     // a: names
  item_name,      // a: names; children: slots of items that may have it, then the node otherwise
  list,           // children: elements
  context,        // a: first of the keys in texts; children: values. Takes a slot for each
  range,          // flag: kLowOpen, kHighOpen; children: low, high
  all_of,         // and; children
  any_of,         // or; children
  compare,        // flag: Compare; two children
  among,          // in; children: the value, then the tests
  not_equal_to,   // a test: child
  sum,            // children: operand, (Arithmetic, operand)...; product as well
  power,          // children, left to right
  negate,         // child
  logical_not,    // child
  foreign_not,    // child; null is true
  foreign_empty,  // child
  foreign_index,  // children: value, index or key
  member,         // a: texts; child
  filter,         // children: list, predicate. Takes a slot for the item; flag 1: a plain index
  choose,         // if; children: condition, value, condition, value, ..., otherwise
  each,           // for; see Loop
  some,           // see Loop
  every,          // see Loop
  function,       // a: functions
  call,           // a: builtins; children: arguments
  call_value,     // a: argument names, 0 for none; children: function, arguments
  instance_of,    // a: types; child
};

inline constexpr std::uint8_t kLowOpen = 1;
inline constexpr std::uint8_t kHighOpen = 2;
// The second child of an iteration over a list.
inline constexpr NodeId kNoNode = 0xFFFFFFFF;

enum class Compare : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };
enum class Arithmetic : std::uint8_t { add, subtract, multiply, divide, remainder };

// Loops: children are two nodes for each iterator (low and high, or list and kNoNode), then the
// body. `a` is the slot of the first iterator; behind the iterators comes `partial`, and flag 1
// says that it is used.
struct Node {
  NodeKind kind = NodeKind::constant;
  std::uint8_t flag = 0;
  std::uint32_t a = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// A name that is looked up in the scope: whole, then in parts from the longest beginning.
struct ScopeName {
  std::string whole;
  std::vector<std::string> parts;
  bool is_read = true;  // false where it may as well be a member of an item
};

struct FunctionShape {
  std::vector<std::string> parameters;
  NodeId body = 0;
  std::uint32_t captured = 0;    // slots that are in sight where it is made
  std::uint32_t self = kNoNode;  // the slot of the entry that it is the value of
};

enum class TypeKind : std::uint8_t {
  any,
  null,
  number,
  text,
  boolean,
  date,
  time,
  date_time,
  days_duration,
  months_duration,
  list,
  context,
  range,
  function,
};

struct Type {
  TypeKind kind = TypeKind::any;
  std::vector<Type> inner;
  std::vector<std::string> names;  // of the entries of a context
};

class Program {
 public:
  [[nodiscard]] std::span<const std::uint32_t> children_of(const Node& node) const {
    return std::span(children).subspan(node.first, node.count);
  }

  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;
  std::vector<Value> constants;
  std::vector<ScopeName> names;
  std::vector<std::string> texts;
  std::vector<FunctionShape> functions;
  std::vector<std::vector<std::string>> argument_names{{}};
  std::vector<Type> types;
  NodeId root = 0;
};

}  // namespace cinnabar::expr
