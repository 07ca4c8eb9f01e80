// Values to Lua and back. Inside of the script module.
//
// Ownership: references to people and files lie in Lua as pointers into the values they were pushed
// from, which must outlive the lua_State. Thread: the one that runs the state.
#pragma once

#include "base/result.h"
#include "domain/expr/value.h"

#include <lua.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cinnabar::script {

// Registers the kind of references. Raises Lua errors.
void open_references(lua_State* state);
// Pushes one value, or nothing but nil for null. Raises Lua errors: memory, depth.
void push_value(lua_State* state, const expr::Value& value);
// A short text for a reference ("user:12"), empty for anything else; pushed as a Lua string.
bool push_reference_text(lua_State* state, int index);
// Pushes what stands for null inside of a list.
void push_null(lua_State* state);
bool is_null(lua_State* state, int index);

// Reads values of one run; the number and size of what it hands out is bounded in sum.
class Reader {
 public:
  explicit Reader(lua_State* state) : state_(state) {}

  // The value at `index`. Where it still is what `original` looks like in Lua, the original is
  // returned with its kind and digits; it may be null. Raises no Lua errors.
  Result<expr::Value> read(int index, const expr::Value* original) {
    return read(index, original, 0);
  }

 private:
  struct Shape;
  Result<expr::Value> read(int index, const expr::Value* original, int depth);
  Result<expr::Value> read_text(int index, const expr::Value* original);
  Result<expr::Value> read_table(int index, const expr::Value* original, int depth);
  Result<expr::Value> read_list(int index, std::size_t size, const expr::Value* original,
                                int depth);
  Result<expr::Value> read_context(int index, const expr::Value* original, int depth);
  Result<Shape> shape_of(int index);

  lua_State* state_;
  std::size_t items_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace cinnabar::script
