// The compiled form of an expression: instructions for a small stack machine. There are jumps
// forward only, so a program of n instructions takes at most n steps plus the work inside of them.
// Inside of the expression module. Thread: immutable once made.
#pragma once

#include "domain/expr/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace cinnabar::expr {

enum class Op : std::uint8_t {
  constant,          // pushes constants[operand]
  name,              // pushes the value of names[operand]
  equal,             // pops two, pushes true, false or null
  not_equal,         //
  less,              //
  less_equal,        //
  greater,           //
  greater_equal,     //
  add,               // numbers or texts
  subtract,          //
  multiply,          //
  divide,            //
  negate,            //
  logical_not,       //
  jump_if_false,     // operand: target; keeps the false value
  jump_if_true,      // operand: target; keeps the true value
  logical_and,       // pops two
  logical_or,        // pops two
  jump_unless_true,  // pops one; operand: target
  jump,              // operand: target
  make_list,         // pops operand values
  in_list,           // pops operand tests and the value before them
  in_range,          // pops high, low, value; operand: bit 0 low is open, bit 1 high is open
  call,              // operand: index of the function; argument_count values are popped
};

struct Instruction {
  Op op = Op::constant;
  std::uint16_t argument_count = 0;
  std::uint32_t operand = 0;
};

class Program {
 public:
  std::vector<Instruction> code;
  std::vector<Value> constants;
  std::vector<std::string> names;
};

}  // namespace cinnabar::expr
