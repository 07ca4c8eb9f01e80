#include "api/dialects/dialects.h"

#include "api/dialects/dabeicloud/dialect.h"
#include "api/dialects/dadayun/dialect.h"
#include "api/dialects/jodoo/dialect.h"
#include "api/dialects/omflow/dialect.h"

namespace cinnabar::api {

std::span<const Door* const> dialect_doors() {
  static constexpr const Door* kDoors[] = {
      &omflow::kDialect,
      &jodoo::kDialect,
      &dadayun::kDialect,
      &dabeicloud::kDialect,
  };
  return kDoors;
}

}  // namespace cinnabar::api
