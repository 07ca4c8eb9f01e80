#include "services/webhook_service.h"

#include "ports/schema.h"
#include "services/testing/world.h"
#include "services/webhook_sender.h"
#include "vocab/reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace cinnabar::services {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::values;
using testing::World;

// Answers 200 or what it is told to, and remembers what it was asked.
class Receiver final : public ports::Connector {
 public:
  Result<ports::ConnectorAnswer> call(const ports::ConnectorRequest& request) override {
    calls.push_back(std::get<ports::HttpCall>(request));
    if (during_call) during_call();
    if (statuses.empty()) return ports::ConnectorAnswer{status, {}, {}};
    const int next = statuses.front();
    statuses.pop_front();
    if (next == 0) return make_error(Code::unavailable, reasons::kConnectorUnreachable, "nobody");
    return ports::ConnectorAnswer{next, {}, {}};
  }
  std::vector<std::string> bodies() const {
    std::vector<std::string> all;
    for (const ports::HttpCall& call : calls) all.push_back(call.body);
    return all;
  }
  std::string header(std::size_t at, std::string_view name) const {
    for (const auto& each : calls.at(at).headers) {
      if (each.name == name) return each.value;
    }
    return "none";
  }

  int status = 200;
  std::deque<int> statuses;  // 0: unreachable
  std::vector<ports::HttpCall> calls;
  std::function<void()> during_call;
};

class WebhookTest : public ::testing::Test {
 protected:
  WebhookTest()
      : process_(world_.deploy(testing::kTwoTasks)),
        form_(world_.catalog.current()->process(process_)->form) {}

  Result<CreatedWebhook> create(WebhookDetails details, std::string_view user = "admin") {
    if (!details.name) details.name = "hook";
    if (!details.url) details.url = "http://receiver.example/in";
    return world_.write<CreatedWebhook>([&](ports::WriteTransaction& transaction) {
      return world_.webhooks.create(transaction, world_.as(user), {{}, form_}, details);
    });
  }
  std::int64_t hook(WebhookDetails details = {}) {
    const auto made = create(std::move(details));
    EXPECT_TRUE(made) << to_string(made.error());
    return made ? made->webhook.id : 0;
  }
  Webhook find(std::int64_t id) {
    auto snapshot = world_.store.read();
    return *world_.webhooks.find(**snapshot, world_.as("admin"), id);
  }
  CallContext program() {
    CallContext context = world_.as("admin");
    context.origin = Origin::program;
    return context;
  }
  RecordId add(const char* title, const CallContext& context) {
    const auto made =
        world_.write<std::vector<CreatedRecord>>([&](ports::WriteTransaction& transaction) {
          CreateRecords request;
          request.form = form_;
          request.rows.push_back({values({{"TITLE", title}}), std::nullopt});
          return world_.records.create(transaction, context, std::move(request));
        });
    return (*made)[0].made->id;
  }
  RecordId add(const char* title) { return add(title, world_.as("admin")); }
  void change(RecordId record, const char* title) {
    EXPECT_TRUE(world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
      return world_.records.change(transaction, world_.as("admin"),
                                   {form_, record, values({{"TITLE", title}})});
    }));
  }
  void remove(RecordId record) {
    EXPECT_TRUE(world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
      return world_.records.remove(transaction, world_.as("admin"), form_, {record});
    }));
  }
  std::vector<WebhookDelivery> deliveries(std::int64_t id,
                                          std::optional<DeliveryState> state = std::nullopt) {
    auto snapshot = world_.store.read();
    DeliveryQuery query;
    query.webhook = id;
    query.state = state;
    query.limit = 1'000;
    return *world_.webhooks.deliveries(**snapshot, world_.as("admin"), query);
  }
  Result<WebhookDelivery> redeliver(std::int64_t id, std::int64_t delivery) {
    return world_.write<WebhookDelivery>([&](ports::WriteTransaction& transaction) {
      return world_.webhooks.redeliver(transaction, world_.as("admin"), id, delivery);
    });
  }
  std::size_t tick() {
    const auto begun = sender_.tick([](const std::function<void()>& send) {
      send();
      return true;
    });
    EXPECT_TRUE(begun) << to_string(begun.error());
    return begun.value_or(0);
  }

  World world_;
  ProcessId process_;
  FormId form_;
  Receiver receiver_;
  WebhookSender sender_{world_.store,   world_.clock,  world_.crypto, world_.webhooks,
                        world_.catalog, world_.people, receiver_,     {}};
};

TEST_F(WebhookTest, only_administrators_and_only_what_makes_sense) {
  const auto refused = create({}, "alice");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reasons::kNotPermitted);
  for (const char* url : {"ftp://x", "receiver.example", "http://a b", "http://a/#part"}) {
    WebhookDetails details;
    details.url = url;
    const auto made = create(details);
    ASSERT_FALSE(made) << url;
    EXPECT_EQ(made.error().subject, "url");
  }
  WebhookDetails nothing;
  nothing.events = std::set<WebhookKind>{};
  EXPECT_FALSE(create(nothing));
  WebhookDetails foreign;
  foreign.format = "martian";
  EXPECT_FALSE(create(foreign));
}

TEST_F(WebhookTest, a_secret_is_told_once_and_only_when_it_was_made_up) {
  const auto made_up = create({});
  ASSERT_TRUE(made_up && made_up->secret);
  EXPECT_EQ(made_up->secret->reveal().size(), 48U);
  WebhookDetails details;
  details.secret = Secret{"mine"};
  const auto given = create(details);
  ASSERT_TRUE(given);
  EXPECT_FALSE(given->secret);
  add("T");
  tick();
  EXPECT_EQ(receiver_.header(0, "Secret"), made_up->secret->reveal());
  EXPECT_EQ(receiver_.header(1, "Secret"), "mine");
}

TEST_F(WebhookTest, tells_what_people_do_to_records_in_order) {
  const std::int64_t id = hook();
  const RecordId record = add("first");
  change(record, "second");
  change(record, "second");  // changes nothing
  remove(record);
  tick();
  EXPECT_THAT(receiver_.bodies(), ElementsAre("record_created first", "record_changed second",
                                              "record_removed second"));
  EXPECT_EQ(receiver_.calls.front().method, "POST");
  EXPECT_EQ(receiver_.calls.front().timeout, seconds(2));
  EXPECT_THAT(deliveries(id, DeliveryState::delivered), SizeIs(3));
  EXPECT_EQ(tick(), 0U);
}

TEST_F(WebhookTest, tells_what_a_process_does_to_its_record) {
  hook();
  const auto started = world_.start("alice", process_, values({{"TITLE", "t"}}));
  ASSERT_TRUE(started);
  const auto open = world_.open(process_, 1, "alice");
  ASSERT_TRUE(world_.complete("alice", open.front().activity, values({{"TITLE", "u"}})));
  tick();
  EXPECT_THAT(receiver_.bodies(), ElementsAre("record_created t", "record_changed u"));
}

TEST_F(WebhookTest, the_record_is_told_as_it_was_not_as_it_is) {
  hook();
  const RecordId record = add("then");
  change(record, "now");
  tick();
  EXPECT_EQ(receiver_.bodies().front(), "record_created then");
}

TEST_F(WebhookTest, what_programs_write_is_told_to_whoever_asks_for_it) {
  const std::int64_t people_only = hook();
  WebhookDetails details;
  details.include_api_writes = true;
  const std::int64_t everything = hook(details);
  add("by program", program());
  EXPECT_THAT(deliveries(people_only), IsEmpty());
  EXPECT_THAT(deliveries(everything), SizeIs(1));
  add("by person");
  EXPECT_THAT(deliveries(people_only), SizeIs(1));
}

TEST_F(WebhookTest, tells_of_a_record_that_comes_back) {
  WebhookDetails details;
  details.events = std::set{WebhookKind::record_restored};
  const std::int64_t id = hook(details);
  const RecordId record = add("x");
  remove(record);
  EXPECT_THAT(deliveries(id), IsEmpty());
  ASSERT_TRUE(world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
    return world_.records.restore(transaction, world_.as("admin"), record);
  }));
  ASSERT_THAT(deliveries(id), SizeIs(1));
  EXPECT_EQ(deliveries(id)[0].kind, WebhookKind::record_restored);
}

TEST_F(WebhookTest, tells_only_the_events_that_were_chosen_and_nothing_when_off) {
  WebhookDetails details;
  details.events = std::set{WebhookKind::record_removed};
  const std::int64_t id = hook(details);
  const RecordId record = add("x");
  remove(record);
  EXPECT_THAT(deliveries(id), SizeIs(1));
  WebhookDetails off;
  off.enabled = false;
  ASSERT_TRUE(world_.write<Webhook>([&](ports::WriteTransaction& transaction) {
    return world_.webhooks.change(transaction, world_.as("admin"), id, off);
  }));
  remove(add("y"));
  EXPECT_THAT(deliveries(id), SizeIs(1));
  EXPECT_EQ(tick(), 0U);
  EXPECT_THAT(deliveries(id, DeliveryState::waiting), SizeIs(1));
}

TEST_F(WebhookTest, a_command_that_fails_tells_nothing) {
  const std::int64_t id = hook();
  EXPECT_FALSE(
      world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) -> Result<std::int64_t> {
        CreateRecords request;
        request.form = form_;
        request.rows.push_back({values({{"TITLE", "x"}}), std::nullopt});
        CINNABAR_CHECK_OK(
            world_.records.create(transaction, world_.as("admin"), std::move(request)));
        return make_error(Code::internal, Reason{"internal"}, "changed its mind");
      }));
  EXPECT_THAT(deliveries(id), IsEmpty());
}

TEST_F(WebhookTest, a_form_that_changes_is_told_once_it_is_published) {
  WebhookDetails details;
  details.events = std::set{WebhookKind::form_changed};
  const std::int64_t id = hook(details);
  world_.deploy(testing::kTwoTasks, "p", [](form::FormDefinition& form) { form.name = "New"; });
  EXPECT_THAT(deliveries(id), SizeIs(1));
  tick();
  EXPECT_THAT(receiver_.bodies(), ElementsAre("form_changed " + std::to_string(form_.value())));
}

TEST_F(WebhookTest, what_fails_is_tried_again_with_the_same_id_and_bytes) {
  const std::int64_t id = hook();
  receiver_.statuses = {500, 0};
  add("x");
  tick();
  EXPECT_EQ(tick(), 0U);  // not at once
  world_.clock.advance(seconds(10));
  tick();
  world_.clock.advance(seconds(29));
  EXPECT_EQ(tick(), 0U);
  world_.clock.advance(seconds(1));
  tick();
  ASSERT_THAT(receiver_.calls, SizeIs(3));
  EXPECT_EQ(receiver_.header(0, "Delivery"), receiver_.header(2, "Delivery"));
  EXPECT_NE(receiver_.header(0, "Nonce"), receiver_.header(2, "Nonce"));
  EXPECT_EQ(receiver_.calls[0].body, receiver_.calls[2].body);
  const auto delivered = deliveries(id, DeliveryState::delivered);
  ASSERT_THAT(delivered, SizeIs(1));
  EXPECT_EQ(delivered.front().attempts, 3);
  EXPECT_EQ(delivered.front().answer, 200);
  EXPECT_EQ(find(id).failures, 0);
}

TEST_F(WebhookTest, five_more_attempts_and_then_it_waits_for_an_administrator) {
  const std::int64_t id = hook();
  receiver_.status = 503;
  add("x");
  for (int i = 0; i < 10; ++i) {
    tick();
    world_.clock.advance(minutes(15));
  }
  EXPECT_THAT(receiver_.calls, SizeIs(6));
  const auto failed = deliveries(id, DeliveryState::failed);
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed.front().message, "the receiver answered 503");
  receiver_.status = 204;
  ASSERT_TRUE(redeliver(id, failed.front().id));
  tick();
  EXPECT_THAT(deliveries(id, DeliveryState::delivered), SizeIs(1));
  EXPECT_EQ(receiver_.header(0, "Delivery"), receiver_.header(6, "Delivery"));
}

TEST_F(WebhookTest, one_that_waits_lets_later_ones_pass) {
  hook();
  receiver_.statuses = {500};
  add("first");
  tick();
  add("second");
  tick();
  EXPECT_THAT(receiver_.bodies(), ElementsAre("record_created first", "record_created second"));
}

TEST_F(WebhookTest, a_hundred_failures_in_a_row_switch_it_off) {
  const std::int64_t id = hook();
  receiver_.status = 500;
  for (int i = 0; i < 101; ++i) add("x");
  for (int i = 0; i < 100; ++i) tick();
  EXPECT_THAT(receiver_.calls, SizeIs(100));
  const Webhook off = find(id);
  EXPECT_FALSE(off.enabled);
  EXPECT_EQ(off.switched_off_at, world_.clock.now());
  EXPECT_EQ(tick(), 0U);
  const auto refused = redeliver(id, deliveries(id).front().id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reasons::kWebhookOff);
  WebhookDetails on;
  on.enabled = true;
  ASSERT_TRUE(world_.write<Webhook>([&](ports::WriteTransaction& transaction) {
    return world_.webhooks.change(transaction, world_.as("admin"), id, on);
  }));
  EXPECT_EQ(find(id).failures, 0);
  receiver_.status = 200;
  world_.clock.advance(minutes(1));
  while (tick() != 0) {
  }
  EXPECT_THAT(deliveries(id, DeliveryState::delivered), SizeIs(101));
}

TEST_F(WebhookTest, all_that_failed_is_sent_again_and_all_that_waits_is_dropped) {
  const std::int64_t id = hook();
  receiver_.status = 500;
  add("x");
  add("y");
  for (int i = 0; i < 12; ++i) {
    tick();
    world_.clock.advance(minutes(15));
  }
  ASSERT_THAT(deliveries(id, DeliveryState::failed), SizeIs(2));
  EXPECT_EQ(*world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return world_.webhooks.redeliver_failed(transaction, world_.as("admin"), id);
  }),
            2);
  EXPECT_EQ(*world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return world_.webhooks.drop_waiting(transaction, world_.as("admin"), id);
  }),
            2);
  EXPECT_THAT(deliveries(id, DeliveryState::dropped), SizeIs(2));
  EXPECT_EQ(tick(), 0U);
}

TEST_F(WebhookTest, what_is_dropped_while_it_is_sent_stays_dropped) {
  const std::int64_t id = hook();
  add("x");
  receiver_.during_call = [&] {
    EXPECT_TRUE(world_.write<WebhookDelivery>([&](ports::WriteTransaction& transaction) {
      return world_.webhooks.drop(transaction, world_.as("admin"), id, deliveries(id)[0].id);
    }));
  };
  tick();
  EXPECT_THAT(deliveries(id, DeliveryState::dropped), SizeIs(1));
}

TEST_F(WebhookTest, what_has_no_words_fails_and_holds_up_nobody) {
  const std::int64_t id = hook();
  add("unspeakable");
  add("fine");
  tick();
  EXPECT_THAT(receiver_.bodies(), ElementsAre("record_created fine"));
  const auto failed = deliveries(id, DeliveryState::failed);
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(find(id).failures, 0);
}

TEST_F(WebhookTest, an_end_in_the_middle_counts_as_no_attempt) {
  const std::int64_t id = hook();
  add("x");
  receiver_.statuses = {0};
  receiver_.during_call = [&] { sender_.stop(); };
  tick();
  const auto waiting = deliveries(id, DeliveryState::waiting);
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_EQ(waiting.front().attempts, 0);
  // The next server sends the same bytes under the same id.
  receiver_.during_call = nullptr;
  WebhookSender next{world_.store,   world_.clock,  world_.crypto, world_.webhooks,
                     world_.catalog, world_.people, receiver_,     {}};
  ASSERT_TRUE(next.tick([](const std::function<void()>& send) {
    send();
    return true;
  }));
  ASSERT_THAT(receiver_.calls, SizeIs(2));
  EXPECT_EQ(receiver_.calls[0].body, receiver_.calls[1].body);
  EXPECT_EQ(receiver_.header(0, "Delivery"), receiver_.header(1, "Delivery"));
}

TEST_F(WebhookTest, history_is_forgotten_and_what_waits_goes_with_its_webhook) {
  const std::int64_t id = hook();
  add("x");
  tick();
  world_.clock.advance(kDeliveriesKept);
  world_.clock.advance(seconds(1));
  add("y");
  EXPECT_EQ(*sender_.forget_old(), 1);
  EXPECT_THAT(deliveries(id), SizeIs(1));
  ASSERT_TRUE(ports::submit_and_wait(world_.store, [&](ports::WriteTransaction& transaction) {
    return world_.webhooks.remove(transaction, world_.as("admin"), id);
  }));
  EXPECT_EQ(tick(), 0U);
  auto snapshot = world_.store.read();
  EXPECT_EQ(*(*snapshot)->count(ports::schema::webhook_delivery::kTable, all_of({})), 0);
}

TEST_F(WebhookTest, a_full_queue_keeps_further_ones_as_dropped) {
  const std::int64_t id = hook();
  for (std::int64_t sent = 0; sent < kDeliveriesWaitingMax; sent += kRecordBatchMax) {
    ASSERT_TRUE(world_.write<std::vector<CreatedRecord>>([&](ports::WriteTransaction& transaction) {
      CreateRecords request;
      request.form = form_;
      for (std::size_t i = 0; i < kRecordBatchMax; ++i) {
        request.rows.push_back({values({{"TITLE", "x"}}), std::nullopt});
      }
      return world_.records.create(transaction, world_.as("admin"), std::move(request));
    }));
  }
  add("one too many");
  EXPECT_THAT(deliveries(id, DeliveryState::dropped), SizeIs(1));
}

}  // namespace
}  // namespace cinnabar::services
