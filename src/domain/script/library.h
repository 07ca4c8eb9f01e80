// The functions that a script may call. Inside of the script module.
//
// Each does work in proportion to what it charges to the Meter of its state, gives the same answer
// on every machine, and refuses a text where a number is wanted. Errors: raised in Lua.
#pragma once

#include <lua.hpp>

#include <string_view>

namespace cinnabar::script {

// Pushes a new table of globals with the library in it and gives texts their methods.
void open_library(lua_State* state);
// True for the value at `index` when it is the part of the library that has this name.
bool is_library(lua_State* state, int index, std::string_view name);

// The parts: each adds its functions to the table on top of the stack.
void add_base_functions(lua_State* state);
void add_table_functions(lua_State* state);
void add_text_functions(lua_State* state);
void add_pattern_functions(lua_State* state);
void add_utf8_functions(lua_State* state);
void add_number_functions(lua_State* state);

// Arguments. A missing one is an error, except where a fallback is given.
lua_Integer integer_argument(lua_State* state, int index);
lua_Integer integer_argument(lua_State* state, int index, lua_Integer fallback);
std::string_view text_argument(lua_State* state, int index);
// Whatever tostring() would give, pushed; the view lives as long as it stays on the stack.
std::string_view push_as_text(lua_State* state, int index);
void push_view(lua_State* state, std::string_view text);

}  // namespace cinnabar::script
