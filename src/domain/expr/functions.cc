#include "domain/expr/functions.h"

#include "base/text.h"
#include "domain/expr/builtins.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>

namespace cinnabar::expr {
namespace {

// In the order of names, so that they are found by halving.
constexpr std::array kBuiltins = {
    Builtin{"abs", 1, 1, "n;number", builtin::abs},
    Builtin{"after", 2, 2, "point1,point2;point,range;range,point;range1,range2", builtin::after},
    Builtin{"all", 1, kArgumentsMax, "list", builtin::all},
    Builtin{"and", 1, kArgumentsMax, "list", builtin::all},
    Builtin{"any", 1, kArgumentsMax, "list", builtin::any},
    Builtin{"append", 1, kArgumentsMax, "list,item", builtin::append},
    Builtin{"before", 2, 2, "point1,point2;point,range;range,point;range1,range2", builtin::before},
    Builtin{"ceiling", 1, 2, "n,scale", builtin::ceiling},
    Builtin{"coincides", 2, 2, "point1,point2;range1,range2", builtin::coincides},
    Builtin{"concatenate", 0, kArgumentsMax, "", builtin::concatenate},
    Builtin{"contains", 2, 2, "string,match", builtin::contains},
    Builtin{"context", 1, 1, "entries", builtin::context},
    Builtin{"context merge", 1, kArgumentsMax, "contexts", builtin::context_merge},
    Builtin{"context put", 3, 3, "context,key,value;context,keys,value", builtin::context_put},
    Builtin{"count", 1, kArgumentsMax, "list", builtin::count},
    Builtin{"date", 1, 3, "from;year,month,day", builtin::date},
    Builtin{"date and time", 1, 7,
            "from;date,time;from,timezone;year,month,day,hour,minute,second,offset",
            builtin::date_and_time},
    Builtin{"day of week", 1, 1, "date", builtin::day_of_week},
    Builtin{"day of year", 1, 1, "date", builtin::day_of_year},
    Builtin{"decimal", 2, 2, "n,scale", builtin::decimal},
    Builtin{"distinct values", 1, 1, "list", builtin::distinct_values},
    Builtin{"duration", 1, 1, "from", builtin::duration},
    Builtin{"during", 2, 2, "point,range;range1,range2", builtin::during},
    Builtin{"ends with", 2, 2, "string,match", builtin::ends_with},
    Builtin{"even", 1, 1, "number", builtin::even},
    Builtin{"exp", 1, 1, "number", builtin::exp},
    Builtin{"finished by", 2, 2, "range,point;range1,range2", builtin::finished_by},
    Builtin{"finishes", 2, 2, "point,range;range1,range2", builtin::finishes},
    Builtin{"flatten", 1, 1, "list", builtin::flatten},
    Builtin{"floor", 1, 2, "n,scale", builtin::floor},
    Builtin{"get entries", 1, 1, "m;context", builtin::get_entries},
    Builtin{"get or else", 2, 2, "value,default", builtin::get_or_else},
    Builtin{"get value", 2, 2, "m,key;context,key;context,keys", builtin::get_value},
    Builtin{"includes", 2, 2, "range,point;range1,range2", builtin::includes},
    Builtin{"index of", 2, 2, "list,match", builtin::index_of},
    Builtin{"insert before", 3, 3, "list,position,newItem", builtin::insert_before},
    Builtin{"is", 2, 2, "value1,value2", builtin::is},
    Builtin{"is defined", 1, 1, "value", builtin::is_defined},
    Builtin{"last day of month", 1, 1, "date", builtin::last_day_of_month},
    Builtin{"list contains", 2, 2, "list,element", builtin::list_contains},
    Builtin{"list replace", 3, 3, "list,position,newItem;list,match,newItem",
            builtin::list_replace},
    Builtin{"log", 1, 1, "number", builtin::log},
    Builtin{"lower case", 1, 1, "string", builtin::lower_case},
    Builtin{"matches", 2, 3, "input,pattern,flags", builtin::matches},
    Builtin{"max", 1, kArgumentsMax, "list", builtin::max},
    Builtin{"mean", 1, kArgumentsMax, "list", builtin::mean},
    Builtin{"median", 1, kArgumentsMax, "list", builtin::median},
    Builtin{"meets", 2, 2, "range1,range2", builtin::meets},
    Builtin{"met by", 2, 2, "range1,range2", builtin::met_by},
    Builtin{"min", 1, kArgumentsMax, "list", builtin::min},
    Builtin{"mode", 1, kArgumentsMax, "list", builtin::mode},
    Builtin{"modulo", 2, 2, "dividend,divisor", builtin::modulo},
    Builtin{"month of year", 1, 1, "date", builtin::month_of_year},
    Builtin{"not", 1, 1, "negand", builtin::logical_not},
    Builtin{"now", 0, 0, "", builtin::now},
    Builtin{"number", 1, 3, "from,grouping separator,decimal separator", builtin::number},
    Builtin{"odd", 1, 1, "number", builtin::odd},
    Builtin{"or", 1, kArgumentsMax, "list", builtin::any},
    Builtin{"overlaps", 2, 2, "range1,range2", builtin::overlaps},
    Builtin{"overlaps after", 2, 2, "range1,range2", builtin::overlaps_after},
    Builtin{"overlaps before", 2, 2, "range1,range2", builtin::overlaps_before},
    Builtin{"product", 1, kArgumentsMax, "list", builtin::product},
    Builtin{"range", 1, 1, "from", builtin::range},
    Builtin{"remove", 2, 2, "list,position", builtin::remove},
    Builtin{"replace", 3, 4, "input,pattern,replacement,flags", builtin::replace},
    Builtin{"reverse", 1, 1, "list", builtin::reverse},
    Builtin{"round down", 1, 2, "n,scale", builtin::round_down},
    Builtin{"round half down", 1, 2, "n,scale", builtin::round_half_down},
    Builtin{"round half up", 1, 2, "n,scale", builtin::round_half_up},
    Builtin{"round up", 1, 2, "n,scale", builtin::round_up},
    Builtin{"sort", 1, 2, "list,precedes", builtin::sort},
    Builtin{"split", 2, 2, "string,delimiter", builtin::split},
    Builtin{"sqrt", 1, 1, "number", builtin::sqrt},
    Builtin{"started by", 2, 2, "range,point;range1,range2", builtin::started_by},
    Builtin{"starts", 2, 2, "point,range;range1,range2", builtin::starts},
    Builtin{"starts with", 2, 2, "string,match", builtin::starts_with},
    Builtin{"stddev", 1, kArgumentsMax, "list", builtin::stddev},
    Builtin{"string", 1, 1, "from", builtin::string},
    Builtin{"string join", 1, 4, "list,delimiter,prefix,suffix", builtin::string_join},
    Builtin{"string length", 1, 1, "string", builtin::string_length},
    Builtin{"sublist", 2, 3, "list,start position,length", builtin::sublist},
    Builtin{"substring", 2, 3, "string,start position,length", builtin::substring},
    Builtin{"substring after", 2, 2, "string,match", builtin::substring_after},
    Builtin{"substring before", 2, 2, "string,match", builtin::substring_before},
    Builtin{"sum", 1, kArgumentsMax, "list", builtin::sum},
    Builtin{"time", 1, 4, "from;hour,minute,second,offset", builtin::time},
    Builtin{"today", 0, 0, "", builtin::today},
    Builtin{"trim", 1, 1, "string", builtin::trimmed},
    Builtin{"union", 0, kArgumentsMax, "", builtin::union_of},
    Builtin{"upper case", 1, 1, "string", builtin::upper_case},
    Builtin{"week of year", 1, 1, "date", builtin::week_of_year},
    Builtin{"years and months duration", 2, 2, "from,to", builtin::months_between},
};
static_assert(std::ranges::is_sorted(kBuiltins, {}, &Builtin::name));

std::optional<std::vector<std::size_t>> places_in(std::string_view variant,
                                                  std::span<const std::string> names) {
  const auto parameters = split(variant, ',');
  std::vector<std::size_t> out;
  for (const std::string& name : names) {
    const auto it = std::ranges::find(parameters, name);
    const auto place = static_cast<std::size_t>(it - parameters.begin());
    if (it == parameters.end() || std::ranges::find(out, place) != out.end()) return std::nullopt;
    out.push_back(place);
  }
  return out;
}

}  // namespace

std::span<const Builtin> builtins() {
  return kBuiltins;
}

std::optional<std::uint32_t> find_builtin(std::string_view name) {
  const auto it = std::ranges::lower_bound(kBuiltins, name, {}, &Builtin::name);
  if (it == kBuiltins.end() || it->name != name) return std::nullopt;
  return static_cast<std::uint32_t>(it - kBuiltins.begin());
}

std::optional<std::vector<std::size_t>> places(const Builtin& builtin,
                                               std::span<const std::string> names) {
  for (const std::string_view variant : split(builtin.parameters, ';')) {
    if (auto out = places_in(variant, names)) return out;
  }
  return std::nullopt;
}

Error evaluation_error(std::string_view message) {
  return make_error(Code::failed_precondition, reasons::kExpressionFailed, std::string(message));
}

}  // namespace cinnabar::expr
