// Routes of what stands beside processes: aggregate tables, automations, the recycle bin and the
// working calendar. A part of the table in native.cc.
#pragma once

#include "api/common/route.h"
#include "api/native/handlers.h"

#include <array>

namespace cinnabar::native {

inline constexpr std::string_view kCalendarJson =
    R"({"calendar":{"utc_offset":"+08:00","week":{"monday":["09:00-12:00","13:30-18:00"],"tuesday":["09:00-18:00"]},)"
    R"("special_days":[{"date":"2026-10-01","hours":[],"name":"National Day"}]}})";
inline constexpr std::string_view kAutomationsJson =
    R"({"items":[{"id":9,"key":"restock","name":"Restock","application":{"id":1,"key":"shop","name":"Shop"},"form":{"id":2,"key":"order","name":"Order"},)"
    R"("on":["record_created"],"enabled":true,"include_api_writes":false,"actions":["create_record","notify"]}],"next":null})";
inline constexpr std::string_view kAutomationRunsJson =
    R"({"items":[{"id":31,"event":"record_created","record":18,"executor":{"id":1,"name":"alice","display_name":"Alice"},)"
    R"("state":"failed","actions_done":1,"queued_at":"2026-01-31T09:00:00Z","finished_at":"2026-01-31T09:00:01Z","message":"amount: the value does not fit the field"}],"next":null})";

inline constexpr std::array kPlatformRoutes{
    api::Route{
        "GET",
        "/api/v1/aggregates",
        api::Lane::cpu,
        list_aggregates,
        {"Aggregate tables over records that the caller may view", "",
         R"({"items":[{"id":7,"key":"stock","name":"Stock","application":{"id":1,"key":"shop","name":"Shop"},"forms":["inbound","outbound"],"at_least":0}],"next":null})"}},
    api::Route{"GET",
               "/api/v1/aggregates/{id}/totals",
               api::Lane::read,
               show_aggregate_totals,
               {"Its totals by group; ?limit= and ?after=, the last group as a JSON list", "",
                R"({"items":[{"group":["screw"],"total":5}]})"}},
    api::Route{
        "GET",
        "/api/v1/removed-records",
        api::Lane::read,
        list_removed_records,
        {"The recycle bin of a form, the newest records first; ?form=, ?limit= and ?after=", "",
         R"({"items":[{"id":18,"form":{"id":2,"key":"order","name":"Order"},"fields":{"amount":7},"process_instance":null,"created_at":"2026-01-31T09:00:00Z","removed_at":"2026-02-01T09:00:00Z","removed_by":{"id":1,"name":"alice","display_name":"Alice"}}],"next":null})"}},
    api::Route{
        "POST",
        "/api/v1/removed-records/{id}/restore",
        api::Lane::cpu,
        restore_record,
        {"Bring a removed record back; an instance that ended with it stays ended", R"({})",
         R"({"id":18,"form":{"id":2,"key":"order","name":"Order"},"fields":{"amount":7},"process_instance":null,"created_at":"2026-01-31T09:00:00Z"})"}},
    api::Route{"GET",
               "/api/v1/calendar",
               api::Lane::cpu,
               show_calendar,
               {"The working calendar that due dates follow, or null", "", kCalendarJson}},
    api::Route{
        "PUT",
        "/api/v1/calendar",
        api::Lane::cpu,
        set_calendar,
        {"Say when people work; null: all the time. Tasks that were offered keep their dates",
         kCalendarJson, kCalendarJson}},
    api::Route{"GET",
               "/api/v1/automations",
               api::Lane::cpu,
               list_automations,
               {"What the server does by itself when records are written; for administrators", "",
                kAutomationsJson}},
    api::Route{"GET",
               "/api/v1/automations/{id}/runs",
               api::Lane::read,
               list_automation_runs,
               {"Its runs of the last 30 days, the newest first; ?state=, ?limit= and ?after=", "",
                kAutomationRunsJson}},
};

}  // namespace cinnabar::native
