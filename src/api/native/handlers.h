// The handlers behind the routes of native.cc. Each authenticates its call, reads it, asks one
// service and words the answer. Lanes are those of the table.
#pragma once

#include "api/common/route.h"

namespace cinnabar::native {

api::Answer sign_in(const api::Call& call);
api::Answer sign_out(const api::Call& call);
api::Answer who_am_i(const api::Call& call);

api::Answer create_token(const api::Call& call);
api::Answer list_tokens(const api::Call& call);
api::Answer revoke_token(const api::Call& call);

api::Answer list_work_items(const api::Call& call);
api::Answer show_work_item(const api::Call& call);
api::Answer complete_work_item(const api::Call& call);
api::Answer claim_work_item(const api::Call& call);
api::Answer unclaim_work_item(const api::Call& call);
api::Answer transfer_work_item(const api::Call& call);
api::Answer delegate_work_item(const api::Call& call);
api::Answer resolve_work_item(const api::Call& call);
api::Answer add_participants(const api::Call& call);
api::Answer remove_participant(const api::Call& call);
api::Answer return_work_item(const api::Call& call);
api::Answer take_back_work_item(const api::Call& call);

api::Answer check_batch(const api::Call& call);
api::Answer submit_batch(const api::Call& call);
api::Answer list_batches(const api::Call& call);
api::Answer show_batch(const api::Call& call);
api::Answer retry_batch(const api::Call& call);
api::Answer cancel_batch(const api::Call& call);

api::Answer list_definitions(const api::Call& call);
api::Answer lint_definition(const api::Call& call);
api::Answer simulate_definition(const api::Call& call);

api::Answer withdraw_instance(const api::Call& call);
api::Answer take_back_decision(const api::Call& call);
api::Answer urge_instance(const api::Call& call);
api::Answer terminate_instance(const api::Call& call);
api::Answer suspend_instance(const api::Call& call);
api::Answer resume_instance(const api::Call& call);
api::Answer jump_instance(const api::Call& call);
api::Answer reactivate_instance(const api::Call& call);
api::Answer migrate_instance(const api::Call& call);
api::Answer send_notice(const api::Call& call);
api::Answer preview_route(const api::Call& call);

api::Answer list_notices(const api::Call& call);
api::Answer read_notice(const api::Call& call);

api::Answer show_variables(const api::Call& call);
api::Answer change_variables(const api::Call& call);
api::Answer list_waits(const api::Call& call);
api::Answer fire_timer(const api::Call& call);
api::Answer list_incidents(const api::Call& call);
api::Answer retry_incident(const api::Call& call);
api::Answer resolve_incident(const api::Call& call);
api::Answer skip_incident(const api::Call& call);
api::Answer list_audit(const api::Call& call);
api::Answer list_failed_deliveries(const api::Call& call);
api::Answer retry_delivery(const api::Call& call);

api::Answer send_message(const api::Call& call);
api::Answer send_signal(const api::Call& call);
api::Answer tell_facts(const api::Call& call);

api::Answer lock_jobs(const api::Call& call);
api::Answer complete_job(const api::Call& call);
api::Answer fail_job(const api::Call& call);
api::Answer throw_job_error(const api::Call& call);
api::Answer extend_job(const api::Call& call);

api::Answer list_aggregates(const api::Call& call);
api::Answer show_aggregate_totals(const api::Call& call);

api::Answer list_automations(const api::Call& call);
api::Answer list_automation_runs(const api::Call& call);

api::Answer list_removed_records(const api::Call& call);
api::Answer restore_record(const api::Call& call);

api::Answer show_calendar(const api::Call& call);
api::Answer set_calendar(const api::Call& call);

api::Answer create_webhook(const api::Call& call);
api::Answer list_webhooks(const api::Call& call);
api::Answer show_webhook(const api::Call& call);
api::Answer change_webhook(const api::Call& call);
api::Answer remove_webhook(const api::Call& call);
api::Answer list_webhook_deliveries(const api::Call& call);
api::Answer redeliver_webhook(const api::Call& call);
api::Answer drop_webhook(const api::Call& call);
api::Answer redeliver_webhook_delivery(const api::Call& call);
api::Answer drop_webhook_delivery(const api::Call& call);

api::Answer start_instance(const api::Call& call);
api::Answer show_instance(const api::Call& call);
api::Answer show_history(const api::Call& call);
api::Answer show_record(const api::Call& call);
api::Answer list_attachments(const api::Call& call);
api::Answer download_attachment(const api::Call& call);

}  // namespace cinnabar::native
