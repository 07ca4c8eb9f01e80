# The version in one place: project(VERSION) and, when the tree is a git checkout, its commit.
execute_process(COMMAND git rev-parse --short=12 HEAD WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE CINNABAR_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT CINNABAR_COMMIT)
  set(CINNABAR_COMMIT "unknown")
endif()
