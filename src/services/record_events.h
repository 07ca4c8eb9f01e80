// Who is to know of what happens to a record: the webhooks and the automations of its form. Both
// are queued in the transaction in which it happens, so that none is lost and none is told of what
// was rolled back.
//
// Thread: runs inside a write command, which it borrows everything from.
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/webhook_event.h"

namespace cinnabar::services {

class RecordEvents {
 public:
  RecordEvents(ports::WriteTransaction& transaction, const CallContext& context,
               const Catalog& catalog)
      : transaction_(transaction),
        context_(context),
        catalog_(catalog),
        webhooks_(transaction, context) {}

  // Whether anybody follows it, so that nothing is gathered for nobody.
  Result<bool> are_followed(ApplicationId application, FormId form, WebhookKind kind);
  // `former`: the fields before a change.
  Status add(WebhookEvent event, const FieldValues* former = nullptr);

 private:
  [[nodiscard]] bool is_wanted(const AutomationDefinition& automation, WebhookKind kind) const;
  Status queue_run(const DeployedAutomation& automation, const WebhookEvent& event,
                   const FieldValues* former);

  ports::WriteTransaction& transaction_;
  const CallContext& context_;
  const Catalog& catalog_;
  WebhookQueue webhooks_;
};

}  // namespace cinnabar::services
