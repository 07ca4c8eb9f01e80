// Routes of webhooks: a part of the table in native.cc.
#pragma once

#include "api/common/route.h"
#include "api/native/handlers.h"

#include <array>

namespace cinnabar::native {

inline constexpr std::string_view kWebhookJson =
    R"({"id":3,"name":"Stock","application":{"id":1,"key":"shop","name":"Shop"},"form":{"id":2,"key":"order","name":"Order"},)"
    R"("url":"https://stock.example/hook","format":"native","events":["record_created","record_changed","record_removed","form_changed","record_restored"],)"
    R"("include_api_writes":false,"enabled":true,"failures":0,"switched_off_at":null,)"
    R"("created_at":"2026-01-31T09:00:00Z","updated_at":"2026-01-31T09:00:00Z"})";
inline constexpr std::string_view kWebhookDeliveryJson =
    R"({"id":41,"event":"record_created","form":2,"record":18,"state":"waiting","attempts":0,"queued_at":"2026-01-31T09:00:00Z",)"
    R"("due_at":"2026-01-31T09:00:00Z","finished_at":null,"answer":null,"message":null})";

inline constexpr std::array kWebhookRoutes{
    api::Route{
        "POST",
        "/api/v1/webhooks",
        api::Lane::cpu,
        create_webhook,
        {"Tell an address what happens to the records of a form, or of an application's forms; a "
         "secret that is made up is answered this once",
         R"({"name":"Stock","application":"shop","form":"order","url":"https://stock.example/hook"})",
         R"({"id":3,"name":"Stock","url":"https://stock.example/hook","enabled":true,"secret":"9f86d081..."})"}},
    api::Route{"GET",
               "/api/v1/webhooks",
               api::Lane::read,
               list_webhooks,
               {"All webhooks, without their secrets", "",
                R"({"items":[{"id":3,"name":"Stock","enabled":true,"failures":0}],"next":null})"}},
    api::Route{"GET",
               "/api/v1/webhooks/{id}",
               api::Lane::read,
               show_webhook,
               {"One webhook", "", kWebhookJson}},
    api::Route{"PATCH",
               "/api/v1/webhooks/{id}",
               api::Lane::cpu,
               change_webhook,
               {"Change it; `enabled` true forgets its failures and sends what waited",
                R"({"enabled":true})", kWebhookJson}},
    api::Route{"DELETE",
               "/api/v1/webhooks/{id}",
               api::Lane::cpu,
               remove_webhook,
               {"Remove it, with its deliveries that wait", "", ""}},
    api::Route{
        "GET",
        "/api/v1/webhooks/{id}/deliveries",
        api::Lane::read,
        list_webhook_deliveries,
        {"Its deliveries of the last 180 days, oldest first; ?state=, ?limit= and ?after=", "",
         R"({"items":[{"id":41,"event":"record_created","state":"delivered","attempts":1,"answer":200}],"next":null})"}},
    api::Route{
        "POST",
        "/api/v1/webhooks/{id}/redeliver",
        api::Lane::cpu,
        redeliver_webhook,
        {"Send again what failed, at most 1000 deliveries", R"({})", R"({"redelivered":2})"}},
    api::Route{"POST",
               "/api/v1/webhooks/{id}/drop",
               api::Lane::cpu,
               drop_webhook,
               {"Send no more what waits, at most 1000 deliveries", R"({})", R"({"dropped":2})"}},
    api::Route{"POST",
               "/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver",
               api::Lane::cpu,
               redeliver_webhook_delivery,
               {"Send one delivery again, whatever came of it", R"({})", kWebhookDeliveryJson}},
    api::Route{"POST",
               "/api/v1/webhooks/{id}/deliveries/{delivery}/drop",
               api::Lane::cpu,
               drop_webhook_delivery,
               {"Send a delivery that waits no more", R"({})", kWebhookDeliveryJson}},
};

}  // namespace cinnabar::native
