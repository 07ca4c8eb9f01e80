#include "platform/http/connection.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace cinnabar::http {
namespace {

// After a refusal the peer may still be sending; closing at once would destroy the answer on its
// way. So much and so long is read and thrown away first.
constexpr std::size_t kLingerBytesMax = 4 * 1024 * 1024;
constexpr std::int64_t kLingerMicros = 2'000'000;
// Answers are joined up to this size before they are written.
constexpr std::size_t kJoinedBytesMax = 256 * 1024;

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// One request's way home. Whoever holds it last and has not answered answers "handler failed".
class PendingAnswer {
 public:
  PendingAnswer(IoCore& core, std::shared_ptr<IoCore> owner, std::weak_ptr<Connection> connection,
                std::uint64_t sequence, std::string request_id)
      : core_(core),
        owner_(std::move(owner)),
        connection_(std::move(connection)),
        sequence_(sequence),
        request_id_(std::move(request_id)) {}
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;
  ~PendingAnswer() { fail(); }

  void answer(Response response) {
    if (is_answered_.test_and_set()) return;
    core_.complete(std::move(connection_), sequence_, std::move(response));
  }
  void fail() {
    if (is_answered_.test()) return;
    answer(server_error(500, "handler_failed", request_id_));
  }

 private:
  IoCore& core_;
  const std::shared_ptr<IoCore> owner_;
  std::weak_ptr<Connection> connection_;
  const std::uint64_t sequence_;
  const std::string request_id_;
  std::atomic_flag is_answered_;
};

}  // namespace

Connection::Connection(IoCore& core, std::string remote_address)
    : core_(core),
      limits_(core.server().options.limits),
      remote_address_(std::move(remote_address)),
      reader_(limits_, core.server().options.spool_dir, core.server().body_budget),
      idle_since_(now_micros()) {
  input_.set_capacity_max(std::max<std::size_t>(64 * 1024, limits_.head_bytes_max * 2));
  read_deadline_ = idle_since_ + limits_.head_timeout.micros();
}

void Connection::on_started(const ErrorCode& ec) {
  if (is_closed_) return;
  if (ec) return close();
  is_started_ = true;
  advance();
}

void Connection::close() {
  if (is_closed_) return;
  is_closed_ = true;
  close_transport();
  core_.remove(*this);
}

void Connection::begin_drain() {
  const bool is_idle = slots_.empty() && output_.is_empty() && !is_writing_ && input_.is_empty() &&
                       reader_.phase() == RequestReader::Phase::idle;
  if (is_idle && !is_lingering_) close();
}

bool Connection::is_paused() const {
  return slots_.size() >= limits_.pipelined_max;
}

void Connection::advance() {
  if (is_closed_ || !is_started_) return;
  while (true) {
    process_input();
    const bool was_paused = is_paused();
    flush();
    if (is_closed_) return;
    if (!was_paused || is_paused()) break;
  }
  maybe_read();
  update_read_deadline();
}

// Reading.

void Connection::maybe_read() {
  if (is_reading_ || is_peer_done_) return;
  if (!is_lingering_ && (is_stopped_ || is_paused())) return;
  if (input_.is_empty() && reader_.phase() == RequestReader::Phase::idle) input_.shrink();
  is_reading_ = true;
  read_some(input_.prepare(reader_.phase() == RequestReader::Phase::body));
}

void Connection::on_read(const ErrorCode& ec, std::size_t n) {
  is_reading_ = false;
  if (is_closed_) return;
  if (ec) {
    const bool owes_answer = !slots_.empty() || !output_.is_empty();
    if (!owes_answer || is_lingering_ || ec != asio::error::eof) return close();
    // The peer may close its side and still wait for the answers.
    is_peer_done_ = true;
    is_stopped_ = true;
    return advance();
  }
  core_.server().bytes_received.add(n);
  input_.commit(n);
  body_window_bytes_ += n;
  if (!is_lingering_) return advance();
  lingered_bytes_ += n;
  input_.consume(input_.data().size());
  if (lingered_bytes_ > kLingerBytesMax) return close();
  maybe_read();
}

void Connection::skip_blank_line() {
  while (input_.data().starts_with("\r\n")) input_.consume(2);
}

void Connection::process_input() {
  // A read under way writes behind the bytes in the buffer, and all of those were judged before.
  if (is_reading_) return;
  while (!is_stopped_ && !is_paused()) {
    if (reader_.phase() == RequestReader::Phase::idle) {
      // Old clients send a line break after a body.
      skip_blank_line();
      head_started_at_ = now_micros();
    }
    if (input_.is_empty() || input_.data() == "\r") return;
    input_.consume(reader_.feed(input_.data()));
    switch (reader_.phase()) {
      case RequestReader::Phase::refused:
        return refuse(reader_.refusal(), &reader_.partial());
      case RequestReader::Phase::done:
        dispatch();
        break;
      case RequestReader::Phase::idle:
      case RequestReader::Phase::head:
      case RequestReader::Phase::body:
        owes_continue_ = reader_.take_continue();
        // Nothing that is legal needs so many bytes at once.
        if (input_.is_full()) refuse({400, "malformed_request"}, &reader_.partial());
        return;
    }
  }
}

Connection::Slot& Connection::push_slot(const Request* request) {
  Slot& slot = slots_.emplace_back();
  slot.is_http10 = reader_.is_http10();
  slot.received_at = now_micros();
  const std::string_view sent = request ? request->header("X-Request-Id") : std::string_view{};
  slot.request_id = is_request_id(sent) ? std::string(sent) : core_.server().next_request_id();
  if (request == nullptr) return slot;
  slot.is_head = request->method == "HEAD";
  if (request->received_at != 0) slot.received_at = request->received_at;
  if (core_.server().options.access_log) {
    slot.method = request->method;
    slot.path = request->path;
  }
  return slot;
}

void Connection::refuse(Refusal refusal, const Request* partial) {
  is_stopped_ = true;
  owes_continue_ = false;
  Slot& slot = push_slot(partial);
  slot.keep_alive = false;
  slot.is_answered = true;
  slot.response = server_error(refusal.status, refusal.cause, slot.request_id);
  if (refusal.status == 503) slot.response.headers.push_back({"Retry-After", "1"});
}

void Connection::dispatch() {
  const bool keep_alive = reader_.keep_alive() && !core_.is_draining();
  const bool is_http10 = reader_.is_http10();
  std::shared_ptr<Request> request = reader_.take();
  body_window_at_ = 0;
  owes_continue_ = false;
  Slot& slot = push_slot(request.get());
  slot.keep_alive = keep_alive;
  slot.is_http10 = is_http10;
  if (!keep_alive) is_stopped_ = true;
  request->remote_address = remote_address_;
  request->request_id = slot.request_id;

  ServerShared& server = core_.server();
  if (server.in_flight.fetch_add(1, std::memory_order_relaxed) >= limits_.in_flight_max) {
    server.in_flight.fetch_sub(1, std::memory_order_relaxed);
    slot.is_answered = true;
    slot.response = server_error(503, "requests_full", slot.request_id);
    slot.response.headers.push_back({"Retry-After", "1"});
    return;
  }
  server.in_flight_gauge.add(1);
  call_handler(std::move(request), first_sequence_ + slots_.size() - 1);
}

void Connection::call_handler(std::shared_ptr<Request> request, std::uint64_t sequence) {
  const auto pending = std::make_shared<PendingAnswer>(
      core_, core_.shared_from_this(), weak_from_this(), sequence, request->request_id);
  try {
    core_.server().handler(std::move(request),
                           [pending](Response response) { pending->answer(std::move(response)); });
  } catch (const std::exception& error) {
    core_.server().logger.error("http.handler_failed", {{"what", error.what()}});
    pending->fail();
  } catch (...) {
    core_.server().logger.error("http.handler_failed", {{"what", "unknown exception"}});
    pending->fail();
  }
}

// Writing.

void Connection::accept_answer(std::uint64_t sequence, Response response) {
  if (is_closed_ || sequence < first_sequence_) return;
  Slot& slot = slots_[static_cast<std::size_t>(sequence - first_sequence_)];
  slot.response = std::move(response);
  slot.is_answered = true;
}

void Connection::flush() {
  while (!is_writing_ && !is_closed_) {
    fill_output();
    if (output_.is_empty()) {
      if (is_finishing_ || (is_peer_done_ && slots_.empty())) linger();
      return;
    }
    if (!output_.gather(buffers_)) return close();
    // Pieces of a file always go through the event loop, so that one download cannot hold it.
    if (!output_.has_file()) {
      const std::optional<std::size_t> written = write_now(buffers_);
      if (written && *written > 0) {
        core_.server().bytes_sent.add(*written);
        output_.consume(*written);
        idle_since_ = now_micros();
        continue;
      }
    }
    is_writing_ = true;
    write_deadline_ = now_micros() + limits_.write_timeout.micros();
    write_some(buffers_);
  }
}

void Connection::on_write(const ErrorCode& ec, std::size_t n) {
  is_writing_ = false;
  write_deadline_ = 0;
  if (is_closed_) return;
  if (ec) return close();
  core_.server().bytes_sent.add(n);
  output_.consume(n);
  idle_since_ = now_micros();
  advance();
}

void Connection::fill_output() {
  while (!slots_.empty() && slots_.front().is_answered && !output_.has_file() && !is_finishing_ &&
         output_.bytes() < kJoinedBytesMax) {
    const bool is_last = core_.is_draining() && slots_.size() == 1 && input_.is_empty() &&
                         reader_.phase() == RequestReader::Phase::idle;
    if (is_last) slots_.front().keep_alive = false;
    send_answer(slots_.front());
    is_finishing_ = !slots_.front().keep_alive;
    slots_.pop_front();
    ++first_sequence_;
  }
  if (is_finishing_ && !slots_.empty()) {
    first_sequence_ += slots_.size();
    slots_.clear();
  }
  if (is_finishing_) is_stopped_ = true;
  if (owes_continue_ && slots_.empty() && !output_.has_file()) {
    output_.tail() += "HTTP/1.1 100 Continue\r\n\r\n";
    owes_continue_ = false;
  }
}

void Connection::send_answer(Slot& slot) {
  int file = -1;
  if (slot.response.file) {
    // Opening decides about the status, so it comes before the head.
    file = ::open(slot.response.file->path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) slot.response = server_error(500, "file_unavailable", slot.request_id);
  }
  const Response& response = slot.response;
  const std::uint64_t length = file >= 0 ? response.file->size : response.body.size();
  const bool sends_body = may_have_body(response.status) && !slot.is_head && length > 0;
  append_head(output_.tail(), response,
              {.date = core_.date(),
               .request_id = slot.request_id,
               .content_length = length,
               .keep_alive = slot.keep_alive,
               .is_http10 = slot.is_http10});
  if (file >= 0) {
    // From here on the open file lives on its own, whoever deletes its name.
    if (sends_body) {
      output_.append_file(file, response.file->offset, length);
    } else {
      ::close(file);
    }
  } else if (sends_body) {
    output_.append_body(std::move(slot.response.body));
  }
  note_answer(slot, sends_body ? length : 0);
}

void Connection::note_answer(const Slot& slot, std::uint64_t bytes) {
  ServerShared& server = core_.server();
  const std::size_t digit = static_cast<std::size_t>(std::clamp(slot.response.status / 100, 1, 5));
  const Duration took{now_micros() - slot.received_at};
  server.responses_by_class[digit]->add();
  server.latency.observe(took);
  if (!server.options.access_log || !server.logger.is_enabled(LogLevel::info)) return;
  server.logger.info("http.request", {{"method", slot.method},
                                      {"path", slot.path},
                                      {"status", slot.response.status},
                                      {"ms", took.millis()},
                                      {"bytes", static_cast<std::int64_t>(bytes)},
                                      {"request_id", slot.request_id},
                                      {"remote", remote_address_}});
}

void Connection::linger() {
  if (is_lingering_) return;
  if (is_peer_done_) return close();
  is_lingering_ = true;
  read_deadline_ = now_micros() + kLingerMicros;
  if (!shutdown_write()) is_peer_done_ = true;
  if (!is_reading_) input_.consume(input_.data().size());
}

// Deadlines.

void Connection::update_read_deadline() {
  if (is_closed_ || is_lingering_) return;
  if (is_stopped_ || is_paused()) {
    read_deadline_ = 0;
    return;
  }
  switch (reader_.phase()) {
    case RequestReader::Phase::head:
      read_deadline_ = head_started_at_ + limits_.head_timeout.micros();
      return;
    case RequestReader::Phase::body:
      if (body_window_at_ != 0) return;
      body_window_at_ = now_micros();
      body_window_bytes_ = 0;
      read_deadline_ = body_window_at_ + limits_.body_timeout.micros();
      return;
    case RequestReader::Phase::idle:
    case RequestReader::Phase::done:
    case RequestReader::Phase::refused:
      break;
  }
  const bool is_busy = !slots_.empty() || is_writing_;
  const Duration patience = first_sequence_ == 0 ? limits_.head_timeout : limits_.idle_timeout;
  read_deadline_ = is_busy ? 0 : idle_since_ + patience.micros();
}

void Connection::on_tick(std::int64_t now) {
  if (write_deadline_ != 0 && now >= write_deadline_) return close();
  if (read_deadline_ != 0 && now >= read_deadline_) on_read_deadline(now);
}

void Connection::on_read_deadline(std::int64_t now) {
  const RequestReader::Phase phase = reader_.phase();
  const bool is_in_request =
      phase == RequestReader::Phase::head || phase == RequestReader::Phase::body;
  if (is_lingering_ || !is_in_request) return close();
  if (phase == RequestReader::Phase::body) {
    const auto elapsed = static_cast<std::uint64_t>(now - body_window_at_);
    if (body_window_bytes_ * 1'000'000 >= limits_.body_bytes_per_second_min * elapsed) {
      body_window_at_ = 0;
      return update_read_deadline();
    }
  }
  refuse({408, "request_timeout"}, &reader_.partial());
  advance();
}

}  // namespace cinnabar::http
