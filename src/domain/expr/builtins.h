// The built-in functions themselves, by chapter of the standard. Each gives null for arguments that
// it has no meaning for. Inside of the expression module. Thread: any.
#pragma once

#include "base/result.h"
#include "domain/expr/functions.h"
#include "domain/expr/value.h"

#include <cstdint>
#include <optional>
#include <string>

namespace cinnabar::expr::builtin {

// A list of one element stands for that element.
const Value& single(const Value& value);
const std::string* text_of(const Value& value);
const Decimal* number_of(const Value& value);
std::optional<std::int64_t> int_of(const Value& value);
// The list, or the value itself as a list of one; null is an empty list.
Value::List list_of(const Value& value);
// One list, or the arguments themselves.
Arguments elements(Arguments arguments);
// Null, or a text without content: an empty field.
bool is_blank(const Value& value);

using Answer = Result<Value>;

// Conversion: conversion_functions.cc
Answer string(Arguments arguments, Runtime& runtime);
Answer number(Arguments arguments, Runtime& runtime);
Answer date(Arguments arguments, Runtime& runtime);
Answer time(Arguments arguments, Runtime& runtime);
Answer date_and_time(Arguments arguments, Runtime& runtime);
Answer duration(Arguments arguments, Runtime& runtime);
Answer months_between(Arguments arguments, Runtime& runtime);
Answer range(Arguments arguments, Runtime& runtime);
Answer logical_not(Arguments arguments, Runtime& runtime);
Answer is(Arguments arguments, Runtime& runtime);
Answer is_defined(Arguments arguments, Runtime& runtime);
Answer get_or_else(Arguments arguments, Runtime& runtime);

// Text: text_functions.cc
Answer substring(Arguments arguments, Runtime& runtime);
Answer string_length(Arguments arguments, Runtime& runtime);
Answer upper_case(Arguments arguments, Runtime& runtime);
Answer lower_case(Arguments arguments, Runtime& runtime);
Answer trimmed(Arguments arguments, Runtime& runtime);
Answer substring_before(Arguments arguments, Runtime& runtime);
Answer substring_after(Arguments arguments, Runtime& runtime);
Answer contains(Arguments arguments, Runtime& runtime);
Answer starts_with(Arguments arguments, Runtime& runtime);
Answer ends_with(Arguments arguments, Runtime& runtime);
Answer matches(Arguments arguments, Runtime& runtime);
Answer replace(Arguments arguments, Runtime& runtime);
Answer split(Arguments arguments, Runtime& runtime);
Answer string_join(Arguments arguments, Runtime& runtime);

// Numbers: number_functions.cc
Answer decimal(Arguments arguments, Runtime& runtime);
Answer floor(Arguments arguments, Runtime& runtime);
Answer ceiling(Arguments arguments, Runtime& runtime);
Answer round_up(Arguments arguments, Runtime& runtime);
Answer round_down(Arguments arguments, Runtime& runtime);
Answer round_half_up(Arguments arguments, Runtime& runtime);
Answer round_half_down(Arguments arguments, Runtime& runtime);
Answer abs(Arguments arguments, Runtime& runtime);
Answer modulo(Arguments arguments, Runtime& runtime);
Answer sqrt(Arguments arguments, Runtime& runtime);
Answer log(Arguments arguments, Runtime& runtime);
Answer exp(Arguments arguments, Runtime& runtime);
Answer odd(Arguments arguments, Runtime& runtime);
Answer even(Arguments arguments, Runtime& runtime);
Answer sum(Arguments arguments, Runtime& runtime);
Answer product(Arguments arguments, Runtime& runtime);
Answer mean(Arguments arguments, Runtime& runtime);
Answer median(Arguments arguments, Runtime& runtime);
Answer stddev(Arguments arguments, Runtime& runtime);
Answer mode(Arguments arguments, Runtime& runtime);

// Lists: list_functions.cc
Answer list_contains(Arguments arguments, Runtime& runtime);
Answer count(Arguments arguments, Runtime& runtime);
Answer min(Arguments arguments, Runtime& runtime);
Answer max(Arguments arguments, Runtime& runtime);
Answer all(Arguments arguments, Runtime& runtime);
Answer any(Arguments arguments, Runtime& runtime);
Answer sublist(Arguments arguments, Runtime& runtime);
Answer append(Arguments arguments, Runtime& runtime);
Answer concatenate(Arguments arguments, Runtime& runtime);
Answer insert_before(Arguments arguments, Runtime& runtime);
Answer remove(Arguments arguments, Runtime& runtime);
Answer list_replace(Arguments arguments, Runtime& runtime);
Answer reverse(Arguments arguments, Runtime& runtime);
Answer index_of(Arguments arguments, Runtime& runtime);
Answer union_of(Arguments arguments, Runtime& runtime);
Answer distinct_values(Arguments arguments, Runtime& runtime);
Answer flatten(Arguments arguments, Runtime& runtime);
Answer sort(Arguments arguments, Runtime& runtime);

// Contexts: context_functions.cc
Answer get_value(Arguments arguments, Runtime& runtime);
Answer get_entries(Arguments arguments, Runtime& runtime);
Answer context(Arguments arguments, Runtime& runtime);
Answer context_put(Arguments arguments, Runtime& runtime);
Answer context_merge(Arguments arguments, Runtime& runtime);

// Dates and times: time_functions.cc
Answer now(Arguments arguments, Runtime& runtime);
Answer today(Arguments arguments, Runtime& runtime);
Answer day_of_year(Arguments arguments, Runtime& runtime);
Answer day_of_week(Arguments arguments, Runtime& runtime);
Answer month_of_year(Arguments arguments, Runtime& runtime);
Answer week_of_year(Arguments arguments, Runtime& runtime);
Answer last_day_of_month(Arguments arguments, Runtime& runtime);

// Ranges: range_functions.cc
Answer before(Arguments arguments, Runtime& runtime);
Answer after(Arguments arguments, Runtime& runtime);
Answer meets(Arguments arguments, Runtime& runtime);
Answer met_by(Arguments arguments, Runtime& runtime);
Answer overlaps(Arguments arguments, Runtime& runtime);
Answer overlaps_before(Arguments arguments, Runtime& runtime);
Answer overlaps_after(Arguments arguments, Runtime& runtime);
Answer finishes(Arguments arguments, Runtime& runtime);
Answer finished_by(Arguments arguments, Runtime& runtime);
Answer includes(Arguments arguments, Runtime& runtime);
Answer during(Arguments arguments, Runtime& runtime);
Answer starts(Arguments arguments, Runtime& runtime);
Answer started_by(Arguments arguments, Runtime& runtime);
Answer coincides(Arguments arguments, Runtime& runtime);

}  // namespace cinnabar::expr::builtin
