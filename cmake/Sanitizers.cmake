# CINNABAR_SANITIZE=address gives ASan and UBSan, =thread gives TSan.
if(CINNABAR_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(CINNABAR_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(NOT CINNABAR_SANITIZE STREQUAL "")
  message(FATAL_ERROR "CINNABAR_SANITIZE must be address, thread or empty")
endif()

# Coverage feedback for the fuzzers, in every library they link.
if(CINNABAR_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
