#include "app/version.h"

#include <openssl/crypto.h>

namespace cinnabar::app {

std::string_view version() {
  return CINNABAR_VERSION;
}

Json version_facts() {
#ifdef __clang__
  constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
  constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif
  return Json::object()
      .set("version", CINNABAR_VERSION)
      .set("commit", CINNABAR_COMMIT)
      .set("compiler", kCompiler)
      .set("openssl", OpenSSL_version(OPENSSL_VERSION));
}

}  // namespace cinnabar::app
