// Routes of decisions on many work items: a part of the table in native.cc.
#pragma once

#include "api/common/route.h"
#include "api/native/handlers.h"

#include <array>

namespace cinnabar::native {

inline constexpr std::array kBatchRoutes{
    api::Route{
        "POST",
        "/api/v1/batches/check",
        api::Lane::read,
        check_batch,
        {"Which of these work items the caller could decide in a batch now, in their order",
         R"({"work_items":[21,22],"comment":"fine"})",
         R"({"items":[{"work_item":21,"allowed":true,"reason":null},{"work_item":22,"allowed":false,"reason":"field_required"}]})"}},
    api::Route{"POST",
               "/api/v1/batches",
               api::Lane::cpu,
               submit_batch,
               {"Decide up to 200 work items, one after the other, after the answer",
                R"({"work_items":[21,22],"outcome":"approved","comment":"fine"})",
                R"({"id":7,"href":"/api/v1/batches/7"})"}},
    api::Route{
        "GET",
        "/api/v1/batches",
        api::Lane::read,
        list_batches,
        {"Batches of the caller, newest first; ?limit= and ?after= page", "",
         R"({"items":[{"id":7,"outcome":"approved","comment":"fine","total":2,"created_at":"2026-01-31T09:00:00Z","finished_at":null}],"next":null})"}},
    api::Route{
        "GET",
        "/api/v1/batches/{id}",
        api::Lane::read,
        show_batch,
        {"How far a batch of the caller is, with the result of each item", "",
         R"({"id":7,"outcome":"approved","comment":"fine","total":2,"created_at":"2026-01-31T09:00:00Z","finished_at":"2026-01-31T09:00:01Z","processed":2,"done":1,"failed":1,"cancelled":0,"items":[{"work_item":21,"text":"21","state":"done","reason":null},{"work_item":22,"text":"22","state":"failed","reason":"field_required"}]})"}},
    api::Route{"POST",
               "/api/v1/batches/{id}/retry",
               api::Lane::cpu,
               retry_batch,
               {"A new batch of the items that failed, with the same decision", R"({})",
                R"({"id":8,"href":"/api/v1/batches/8"})"}},
    api::Route{"POST",
               "/api/v1/batches/{id}/cancel",
               api::Lane::cpu,
               cancel_batch,
               {"Decide the rest no more; what was decided stays so", R"({})",
                R"({"id":7,"cancelled":12})"}},
};

}  // namespace cinnabar::native
