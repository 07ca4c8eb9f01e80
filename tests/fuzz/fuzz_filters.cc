// What programs send to doors: filters and values of records. The first byte chooses. What is
// accepted can be looked for, what is read has the type of its field, and what is wrong is an
// error.
#include "api/dialects/dadayun/filter_syntax.h"
#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/filters.h"
#include "base/assert.h"
#include "services/record_filter.h"

#include <cstdint>
#include <string>

namespace {

namespace jodoo = cinnabar::jodoo;
namespace services = cinnabar::services;
using cinnabar::Json;
using cinnabar::form::Field;
using cinnabar::form::FieldType;
using cinnabar::form::FormDefinition;

// A field of every type, called by it, and a table of them.
const FormDefinition& form() {
  static const FormDefinition made = [] {
    FormDefinition definition;
    definition.key = "all";
    Field table;
    for (int i = 0; i <= static_cast<int>(FieldType::label); ++i) {
      Field field;
      field.type = static_cast<FieldType>(i);
      field.id = std::string(cinnabar::form::name(field.type));
      definition.fields.push_back(field);
      if (field.type != FieldType::subtable) table.columns.push_back(field);
    }
    for (Field& field : definition.fields) {
      if (field.type == FieldType::subtable) field.columns = table.columns;
    }
    return definition;
  }();
  return made;
}

void look_for(const Json& filter, const jodoo::ReadContext& context) {
  services::RecordQuery query;
  if (!jodoo::read_filter(form(), &filter, context, query)) return;
  for (const services::FieldCondition& condition : query.conditions) {
    CINNABAR_ASSERT(condition.field != nullptr);
    static_cast<void>(
        services::record_filter(cinnabar::FormId{1}, services::record_columns::id, condition));
  }
}

void read(const Json& record, const jodoo::ReadContext& context) {
  const auto values = jodoo::read_record(form().fields, record, context);
  if (!values) return;
  for (const auto& [id, value] : *values) CINNABAR_ASSERT(form().find(id) != nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
  if (data[0] % 4 == 0) {
    static_cast<void>(cinnabar::dadayun::parse_filter(text));
    return 0;
  }
  const auto json = Json::parse(text);
  if (!json) return 0;
  static const services::People kNobody;
  const jodoo::ReadContext context{kNobody, {}, nullptr};
  if (data[0] % 4 == 1) {
    read(*json, context);
  } else {
    look_for(*json, context);
  }
  return 0;
}
