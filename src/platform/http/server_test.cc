#include "platform/http/server.h"

#include "platform/http/server_test_support.h"
#include "platform/workers.h"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

namespace cinnabar::http {
namespace {

using ServerTest = ServerFixture;

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

TEST_F(ServerTest, keep_alive_serves_several_requests_on_one_connection) {
  start_echo();
  Client client(server_->port());
  for (int i = 0; i < 5; ++i) {
    client.send(get("/a?b=" + std::to_string(i)));
    const ClientAnswer answer = client.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /a?b=" + std::to_string(i) + "|");
    EXPECT_EQ(answer.header("Server"), "cinnabar");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain");
    EXPECT_EQ(answer.header("X-Request-Id").size(), 15U);
    EXPECT_TRUE(answer.header("Date").ends_with(" GMT"));
    EXPECT_EQ(answer.header("Connection"), "");
  }
}

TEST_F(ServerTest, close_is_honoured) {
  start_echo();
  Client client(server_->port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().header("Connection"), "close");
  EXPECT_TRUE(client.is_at_end());
  Client old(server_->port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().status, 200);
  EXPECT_TRUE(old.is_at_end());
  Client old_alive(server_->port());
  old_alive.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(old_alive.receive().header("Connection"), "keep-alive");
}

TEST_F(ServerTest, bytes_may_come_one_by_one) {
  start_echo();
  Client client(server_->port());
  const std::string text =
      "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n"
      "POST /y HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "POST /z HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;e=1\r\nabc\r\n2\r\nde\r\n0\r\n"
      "Trailer: t\r\n\r\n";
  for (const char c : text) {
    client.send(std::string_view(&c, 1));
    std::this_thread::yield();
  }
  EXPECT_EQ(client.receive().body, "POST /x?|abc");
  EXPECT_EQ(client.receive().body, "POST /y?|");
  EXPECT_EQ(client.receive().body, "POST /z?|abcde");
}

TEST_F(ServerTest, pipelined_answers_keep_the_order_of_the_requests) {
  std::mutex mutex;
  std::condition_variable all;
  std::vector<std::pair<std::string, Responder>> waiting;
  start([&](const std::shared_ptr<Request>& request, const Responder& respond) {
    const std::scoped_lock lock(mutex);
    waiting.emplace_back(request->path, respond);
    all.notify_one();
  });
  Client client(server_->port());
  std::string text;
  for (int i = 0; i < 40; ++i) text += get("/" + std::to_string(i));
  client.send(text);
  int answered = 0;
  while (answered < 40) {
    std::vector<std::pair<std::string, Responder>> batch;
    {
      std::unique_lock lock(mutex);
      const std::size_t due = static_cast<std::size_t>(std::min(16, 40 - answered));
      ASSERT_TRUE(
          all.wait_for(lock, std::chrono::seconds(10), [&] { return waiting.size() >= due; }));
      // No more than the limit is ever handed out.
      EXPECT_LE(waiting.size(), 16U);
      batch.swap(waiting);
    }
    for (std::size_t i = batch.size(); i > 0; --i) {
      batch[i - 1].second(text_response(200, "text/plain", batch[i - 1].first));
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(client.receive().body, "/" + std::to_string(answered++));
    }
  }
}

TEST_F(ServerTest, head_gets_the_length_without_the_body) {
  start_echo();
  Client client(server_->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + get("/b"));
  const ClientAnswer head = client.receive(true);
  EXPECT_EQ(head.header("Content-Length"), "9");
  EXPECT_EQ(client.receive().body, "GET /b?|");
}

TEST_F(ServerTest, continue_is_sent_before_the_body_and_not_after_a_refusal) {
  options_.limits.body_bytes_max = 10;
  start_echo();
  Client client(server_->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("abc");
  EXPECT_EQ(client.receive().body, "POST /?|abc");
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(ServerTest, bad_requests_get_their_status_and_cause) {
  options_.limits.body_bytes_max = 10;
  start_echo();
  struct Case {
    std::string text;
    int status;
    std::string cause;
  };
  const std::string host = "Host: h\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::vector<Case> cases = {
      {"nonsense\r\n\r\n", 400, "malformed_request"},
      {"GET / HTTP/1.1\r\n\r\n", 400, "host_missing"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "host_missing"},
      {"GET a HTTP/1.1\r\n" + host + "\r\n", 400, "target_malformed"},
      {"GET / HTTP/2.0\r\n" + host + "\r\n", 505, "version_unsupported"},
      {"GET / HTTQ/1.1\r\n" + host + "\r\n", 400, "malformed_request"},
      {"GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400, "malformed_request"},
      {"GET /" + std::string(25000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", 414, "target_too_long"},
      {"GET /" + std::string(40000, 'a'), 414, "target_too_long"},
      {"GET / HTTP/1.1\r\n" + host + "A: " + std::string(33000, 'a'), 431, "head_too_large"},
      {post + "Content-Length: 11\r\n\r\n", 413, "body_too_large"},
      {post + "Transfer-Encoding: chunked\r\n\r\nb\r\n", 413, "body_too_large"},
      {post + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n6\r\n", 413, "body_too_large"},
      {post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 413, "body_too_large"},
      {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "malformed_request"},
      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "length_conflict"},
      {post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, "length_conflict"},
      {post + "Content-Length: 1, 1\r\n\r\n", 400, "length_conflict"},
      {post + "Content-Length: +1\r\n\r\n", 400, "length_conflict"},
      {post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "length_conflict"},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400, "length_conflict"},
      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
       "length_conflict"},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "transfer_encoding_unsupported"},
      {post + "Transfer-Encoding: xchunked\r\n\r\n", 501, "transfer_encoding_unsupported"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "length_conflict"},
      {"POST / HTTP/1.0\r\nContent-Type: text/plain\r\n\r\nabc", 411, "length_required"},
      {post + "Expect: tea\r\n\r\n", 417, "expectation_unknown"},
  };
  for (const Case& one : cases) {
    Client client(server_->port());
    client.send(one.text);
    const ClientAnswer answer = client.receive();
    EXPECT_EQ(answer.status, one.status) << one.text.substr(0, 100);
    EXPECT_NE(answer.body.find("\"cause\":\"" + one.cause + "\""), std::string::npos)
        << one.text.substr(0, 100) << answer.body;
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.is_at_end());
  }
}

TEST_F(ServerTest, too_many_headers_are_refused) {
  start_echo();
  std::string text = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 99; ++i) text += "A: b\r\n";
  EXPECT_EQ(ask(text + "\r\n").status, 200);
  EXPECT_EQ(ask(text + "A: b\r\n\r\n").status, 431);
}

TEST_F(ServerTest, refusal_waits_its_turn_behind_earlier_answers) {
  start_echo();
  Client client(server_->port());
  client.send(get("/a") + "broken\r\n\r\n" + get("/b"));
  EXPECT_EQ(client.receive().body, "GET /a?|");
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_TRUE(client.is_at_end());
}

TEST_F(ServerTest, absolute_targets_are_served_by_their_path) {
  start_echo();
  EXPECT_EQ(ask("GET http://h:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /a?b|");
  EXPECT_EQ(ask("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /?|");
  EXPECT_EQ(ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").body, "OPTIONS *?|");
}

TEST_F(ServerTest, slow_heads_and_bodies_time_out) {
  options_.limits.head_timeout = milliseconds(100);
  options_.limits.body_timeout = milliseconds(100);
  options_.limits.body_bytes_per_second_min = 1000;
  start_echo();
  EXPECT_EQ(ask("GET / HT").status, 408);
  const ClientAnswer body = ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\nabc");
  EXPECT_EQ(body.status, 408);
  EXPECT_NE(body.body.find("request_timeout"), std::string::npos);
  // Without a byte of a request there is nothing to answer.
  Client silent(server_->port());
  EXPECT_TRUE(silent.is_at_end());
}

TEST_F(ServerTest, idle_connections_are_closed) {
  options_.limits.idle_timeout = milliseconds(100);
  start_echo();
  Client client(server_->port());
  client.send(get("/"));
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.is_at_end());
}

TEST_F(ServerTest, peer_may_close_its_side_before_the_answer) {
  Workers workers("test", 1, 4);
  start([&](const std::shared_ptr<Request>&, const Responder& respond) {
    ASSERT_TRUE(workers.submit([respond] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      respond(text_response(200, "text/plain", "late"));
    }));
  });
  Client client(server_->port());
  client.send(get("/"));
  client.finish_sending();
  EXPECT_EQ(client.receive().body, "late");
  EXPECT_TRUE(client.is_at_end());
  server_.reset();
  workers.stop();
}

TEST_F(ServerTest, large_bodies_go_both_ways) {
  start_echo();
  const std::string body(5'000'000, 'x');
  Client client(server_->port());
  std::thread writer([&] {
    client.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n" + body);
  });
  const ClientAnswer answer = client.receive();
  writer.join();
  EXPECT_EQ(answer.body.size(), body.size() + 9);
}

TEST_F(ServerTest, files_are_streamed_from_their_offset) {
  const std::filesystem::path path = folder_ / "download";
  std::string content;
  for (int i = 0; i < 200'000; ++i) content += static_cast<char>('a' + i % 26);
  std::ofstream(path) << content;
  start([&](const std::shared_ptr<Request>& request, const Responder& respond) {
    Response response;
    response.file = FileBody{.path = request->path == "/gone" ? folder_ / "gone" : path,
                             .offset = 10,
                             .size = content.size() - 10,
                             .owner = nullptr};
    respond(std::move(response));
  });
  Client client(server_->port());
  client.send(get("/a") + get("/gone") + get("/b"));
  EXPECT_EQ(client.receive().body, content.substr(10));
  const ClientAnswer gone = client.receive();
  EXPECT_EQ(gone.status, 500);
  EXPECT_NE(gone.body.find("file_unavailable"), std::string::npos);
  EXPECT_EQ(client.receive().body, content.substr(10));
}

TEST_F(ServerTest, handlers_that_throw_or_forget_are_answered_500) {
  start([](const std::shared_ptr<Request>& request, const Responder& respond) {
    if (request->path == "/throw") throw std::runtime_error("broken");
    if (request->path == "/twice") {
      respond(text_response(200, "text/plain", "first"));
      respond(text_response(200, "text/plain", "second"));
    }
  });
  Client client(server_->port());
  client.send(get("/throw") + get("/forget") + get("/twice"));
  EXPECT_EQ(client.receive().status, 500);
  EXPECT_NE(client.receive().body.find("handler_failed"), std::string::npos);
  EXPECT_EQ(client.receive().body, "first");
}

TEST_F(ServerTest, broken_response_headers_are_dropped) {
  start([](const std::shared_ptr<Request>&, const Responder& respond) {
    Response response = text_response(204, "text/plain", "ignored");
    response.headers.push_back({"X-Good", "yes"});
    response.headers.push_back({"X-Bad", "a\r\nInjected: 1"});
    response.headers.push_back({"Bad Name", "a"});
    response.headers.push_back({"Content-Length", "7"});
    respond(std::move(response));
  });
  Client client(server_->port());
  client.send(get("/") + get("/"));
  const ClientAnswer answer = client.receive();
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("X-Good"), "yes");
  EXPECT_EQ(answer.head.find("Injected"), std::string::npos);
  EXPECT_EQ(answer.head.find("Bad"), std::string::npos);
  EXPECT_EQ(answer.header("Content-Length"), "");
  EXPECT_EQ(client.receive().status, 204);
}

TEST_F(ServerTest, request_id_of_the_caller_is_kept_when_it_is_safe) {
  start_echo();
  EXPECT_EQ(
      ask("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc-1.2_3\r\n\r\n").header("X-Request-Id"),
      "abc-1.2_3");
  EXPECT_NE(ask("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\n\r\n").header("X-Request-Id"),
            "a b");
}

TEST_F(ServerTest, bodies_share_their_memory_and_give_it_back) {
  options_.limits.body_bytes_max = 60;
  options_.limits.body_memory_max = 100;
  std::mutex mutex;
  std::vector<std::pair<std::shared_ptr<Request>, Responder>> held;
  std::condition_variable changed;
  start([&](const std::shared_ptr<Request>& request, const Responder& respond) {
    const std::scoped_lock lock(mutex);
    held.emplace_back(request, respond);
    changed.notify_one();
  });
  const std::string post =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60\r\n\r\n" + std::string(60, 'x');
  const auto wait_for_one = [&] {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), [&] { return held.size() == 1; });
  };
  Client first(server_->port());
  first.send(post);
  ASSERT_TRUE(wait_for_one());
  EXPECT_NE(metrics_.print().find("cinnabar_http_body_bytes 60"), std::string::npos);
  const ClientAnswer refused = ask(post);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_NE(refused.body.find("body_memory_full"), std::string::npos);
  EXPECT_NE(metrics_.print().find("cinnabar_http_body_memory_refused_total 1"), std::string::npos);
  held[0].second(text_response(200, "text/plain", "done"));
  EXPECT_EQ(first.receive().body, "done");
  // The answer alone frees nothing: the request may still be in use.
  EXPECT_NE(metrics_.print().find("cinnabar_http_body_bytes 60"), std::string::npos);
  held.clear();
  EXPECT_NE(metrics_.print().find("cinnabar_http_body_bytes 0"), std::string::npos);
  Client second(server_->port());
  second.send(post);
  ASSERT_TRUE(wait_for_one());
  held[0].second(text_response(200, "text/plain", "done"));
  EXPECT_EQ(second.receive().status, 200);
  held.clear();
}

TEST_F(ServerTest, full_server_says_so) {
  options_.limits.in_flight_max = 1;
  options_.limits.connections_max = 2;
  std::mutex mutex;
  std::vector<Responder> held;
  std::condition_variable changed;
  start([&](const std::shared_ptr<Request>&, const Responder& respond) {
    const std::scoped_lock lock(mutex);
    held.push_back(respond);
    changed.notify_one();
  });
  Client first(server_->port());
  first.send(get("/"));
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return !held.empty(); }));
  }
  Client second(server_->port());
  second.send(get("/"));
  const ClientAnswer busy = second.receive();
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.header("Retry-After"), "1");
  EXPECT_NE(busy.body.find("requests_full"), std::string::npos);
  Client third(server_->port());
  const ClientAnswer full = third.receive();
  EXPECT_EQ(full.status, 503);
  EXPECT_NE(full.body.find("connections_full"), std::string::npos);
  held[0](text_response(200, "text/plain", "done"));
  EXPECT_EQ(first.receive().body, "done");
  EXPECT_EQ(metrics_.gauge("cinnabar_http_requests_in_flight", "Requests being handled.").value(),
            0);
}

TEST_F(ServerTest, access_log_and_metrics_tell_each_request) {
  std::mutex mutex;
  std::string lines;
  logger_ = Logger(
      [&](std::string_view line) {
        const std::scoped_lock lock(mutex);
        lines += line;
      },
      nullptr, LogLevel::info, false);
  start_echo();
  ask("GET /a?secret=1 HTTP/1.1\r\nHost: h\r\nX-Request-Id: r1\r\n\r\n");
  server_.reset();
  EXPECT_NE(lines.find(R"("event":"http.request","method":"GET","path":"/a","status":200)"),
            std::string::npos);
  EXPECT_NE(lines.find(R"("request_id":"r1","remote":"127.0.0.1")"), std::string::npos);
  EXPECT_EQ(lines.find("secret"), std::string::npos);
  const std::string text = metrics_.print();
  EXPECT_NE(text.find("cinnabar_http_requests_total{status=\"2xx\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("cinnabar_http_request_seconds_count 1\n"), std::string::npos);
  EXPECT_NE(text.find("cinnabar_http_connections 0\n"), std::string::npos);
}

TEST_F(ServerTest, drain_lets_requests_finish_and_closes_idle_connections) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Responder> held;
  start([&](const std::shared_ptr<Request>&, const Responder& respond) {
    const std::scoped_lock lock(mutex);
    held.push_back(respond);
    changed.notify_one();
  });
  Client busy(server_->port());
  busy.send(get("/"));
  Client idle(server_->port());
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return !held.empty(); }));
  }
  std::thread drainer([&] { server_->drain(seconds(10)); });
  EXPECT_TRUE(idle.is_at_end());
  held[0](text_response(200, "text/plain", "last"));
  const ClientAnswer answer = busy.receive();
  EXPECT_EQ(answer.body, "last");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(busy.is_at_end());
  // The server waits for our end of the connection.
  busy.finish_sending();
  drainer.join();
  const Client late(server_->port());
  EXPECT_FALSE(late.is_connected());
}

TEST_F(ServerTest, responders_outlive_the_server) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Responder> held;
  start([&](const std::shared_ptr<Request>&, const Responder& respond) {
    const std::scoped_lock lock(mutex);
    held.push_back(respond);
    changed.notify_one();
  });
  Client client(server_->port());
  client.send(get("/"));
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return !held.empty(); }));
  }
  server_->drain(Duration{});
  EXPECT_TRUE(client.is_at_end());
  server_.reset();
  held[0](text_response(200, "text/plain", "too late"));
  held.clear();
}

TEST_F(ServerTest, many_clients_and_threads_get_their_own_answers) {
  options_.io_threads = 2;
  Workers workers("test", 2, 1000);
  start([&](const std::shared_ptr<Request>& request, const Responder& respond) {
    if (!workers.submit(
            [request, respond] { respond(text_response(200, "text/plain", request->path)); })) {
      respond(text_response(503, "text/plain", ""));
    }
  });
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Client client(server_->port());
      for (int i = 0; i < 100; ++i) {
        const std::string path = "/" + std::to_string(t) + "-" + std::to_string(i);
        client.send(get(path + "a") + get(path + "b"));
        if (client.receive().body != path + "a" || client.receive().body != path + "b") ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  server_.reset();
  workers.stop();
}

TEST_F(ServerTest, wrong_options_and_ports_are_told) {
  options_.io_threads = 0;
  const auto handler = [](const std::shared_ptr<Request>&, const Responder&) {};
  EXPECT_EQ(Server::create(options_, handler, logger_, metrics_).error().reason,
            kServerOptionInvalid);
  options_.io_threads = 1;
  options_.tls = TlsFiles{.certificate_chain = folder_ / "none", .private_key = folder_ / "none"};
  EXPECT_EQ(Server::create(options_, handler, logger_, metrics_).error().reason, kTlsMalformed);
  options_.tls.reset();
  start_echo();
  options_.port = server_->port();
  auto second = Server::create(options_, handler, logger_, metrics_);
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->start().error().reason, kListenFailed);
}

}  // namespace
}  // namespace cinnabar::http
