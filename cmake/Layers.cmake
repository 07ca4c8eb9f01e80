# One static library and one test program per layer. A layer is a folder; its sources are globbed,
# so that adding a file needs no edit here, and what it may link is what it may include.

# cinnabar_layer(NAME FOLDER [LINKS...]): library cinnabar_NAME from FOLDER/**/*.cc without *_test.cc
# main.cc and testing/, and, with tests on, program NAME_test from FOLDER/**/*_test.cc. What tests of
# this and higher layers share lies in FOLDER/**/testing/ and becomes library cinnabar_NAME_testing.
function(cinnabar_layer name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
  set(tests ${sources})
  set(shared ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test\\.cc|/main\\.cc)$|/testing/")
  list(FILTER shared INCLUDE REGEX "/testing/[^/]*\\.cc$")
  list(FILTER shared EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(cinnabar_${name} STATIC ${sources})
    target_link_libraries(cinnabar_${name} PUBLIC ${ARGN} cinnabar_options)
    target_precompile_headers(cinnabar_${name} PRIVATE
      <algorithm> <array> <cstdint> <functional> <map> <memory> <optional> <span> <string>
      <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)
  else()
    add_library(cinnabar_${name} INTERFACE)
    target_link_libraries(cinnabar_${name} INTERFACE ${ARGN} cinnabar_options)
  endif()
  if(CINNABAR_TESTS AND shared)
    add_library(cinnabar_${name}_testing STATIC ${shared})
    target_link_libraries(cinnabar_${name}_testing PUBLIC cinnabar_${name} GTest::gtest)
    target_precompile_headers(cinnabar_${name}_testing PRIVATE
      <gtest/gtest.h> <map> <memory> <string> <variant> <vector>)
  endif()
  if(CINNABAR_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE cinnabar_${name} cinnabar_test_support cinnabar_options
      GTest::gtest GTest::gmock GTest::gtest_main rapidcheck)
    target_precompile_headers(${name}_test PRIVATE
      <gmock/gmock.h> <gtest/gtest.h> <map> <memory> <string> <variant> <vector>)
    if(shared)
      target_link_libraries(${name}_test PRIVATE cinnabar_${name}_testing)
    endif()
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit)
  endif()
endfunction()
