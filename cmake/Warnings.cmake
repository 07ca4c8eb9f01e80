# Options every target of ours is compiled with; both compilers must be silent.
add_library(cinnabar_options INTERFACE)
target_compile_options(cinnabar_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch -Werror -fno-omit-frame-pointer)
target_include_directories(cinnabar_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these for code of its own standard library once it is inlined.
  target_compile_options(cinnabar_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized
    -Wno-error=array-bounds -Wno-error=stringop-overflow -Wno-error=stringop-overread
    -Wno-error=free-nonheap-object -Wno-error=dangling-pointer)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang 19 reports libstdc++ 12's own use of its deprecated get_temporary_buffer (stable_sort);
  # deprecated calls of ours are still found by g++.
  target_compile_options(cinnabar_options INTERFACE -Wno-deprecated-declarations
    # Leaving members at their default is what designated initializers are for; g++ agrees.
    -Wno-missing-designated-field-initializers)
endif()
