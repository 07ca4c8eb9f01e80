// One connection: bytes in, requests to the handler, answers out in request order. The transport
// underneath is plain TCP or TLS.
//
// Ownership: owned by its core until closed, and by the operations under way. Thread: the core's.
// Every entry point holds a reference, because `close` gives up the core's.
#pragma once

#include "platform/http/io_core.h"
#include "platform/http/request_reader.h"

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cinnabar::http {

// Bytes read and not yet understood, contiguous, in a block that grows to kCapacityMax at most.
class InputBuffer {
 public:
  [[nodiscard]] std::string_view data() const { return {block_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool is_empty() const { return begin_ == end_; }
  [[nodiscard]] bool is_full() const { return end_ - begin_ >= capacity_max_; }
  void consume(std::size_t n);
  void commit(std::size_t n) { end_ += n; }
  // Room for at least one byte unless full; grows when little is left, and at once for bulk.
  std::span<char> prepare(bool is_bulk);
  // Gives a large block back while nothing is in it.
  void shrink();
  void set_capacity_max(std::size_t bytes) { capacity_max_ = bytes; }

  static constexpr std::size_t kCapacityMin = 8 * 1024;

 private:
  std::unique_ptr<char[]> block_;
  std::size_t capacity_ = 0;
  std::size_t capacity_max_ = 64 * 1024;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// Pieces of text and file waiting to be written.
class OutputQueue {
 public:
  OutputQueue() = default;
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;
  ~OutputQueue();

  // Small texts are copied together; large ones are kept and sent from where they are.
  std::string& tail() { return texts_.empty() || is_sealed_ ? open_tail() : texts_.back(); }
  void append_body(std::string body);
  // Takes over an open file. Nothing may be appended until it is sent.
  void append_file(int fd, std::uint64_t offset, std::uint64_t size);

  [[nodiscard]] bool is_empty() const { return texts_.empty() && file_ < 0; }
  [[nodiscard]] bool has_file() const { return file_ >= 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Views to write next; with a file, its next piece is read in. False when that failed.
  [[nodiscard]] bool gather(std::vector<asio::const_buffer>& buffers);
  void consume(std::size_t n);

 private:
  std::string& open_tail();

  std::deque<std::string> texts_;
  std::string spare_;       // an emptied text whose memory the next one uses
  bool is_sealed_ = false;  // the last text is a body of its own
  std::size_t offset_ = 0;  // written of the first text
  std::size_t bytes_ = 0;   // appended since last empty; bounds what one write takes together
  int file_ = -1;
  std::uint64_t file_offset_ = 0;
  std::uint64_t file_left_ = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(IoCore& core, std::string remote_address);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  // Begins to read; with TLS after the handshake.
  virtual void start() = 0;
  void begin_drain();
  void close();
  void on_tick(std::int64_t now);
  void accept_answer(std::uint64_t sequence, Response response);
  // Reads requests from what came, writes what is ready, and goes on reading.
  void advance();

  [[nodiscard]] std::size_t index() const { return index_; }
  void set_index(std::size_t index) { index_ = index; }

 protected:
  // The transport. Reads and writes end in on_read and on_write.
  virtual void read_some(std::span<char> into) = 0;
  virtual void write_some(std::span<const asio::const_buffer> buffers) = 0;
  // Writes without waiting; nullopt when it would have to wait or cannot.
  virtual std::optional<std::size_t> write_now(std::span<const asio::const_buffer> buffers) = 0;
  // Says goodbye: the peer sees the end of what we send. True when the connection should then read
  // until the peer closes as well; otherwise the transport closes it.
  virtual bool shutdown_write() = 0;
  virtual void close_transport() = 0;

  void on_started(const ErrorCode& ec);
  void on_read(const ErrorCode& ec, std::size_t n);
  void on_write(const ErrorCode& ec, std::size_t n);

  [[nodiscard]] IoCore& core() { return core_; }

 private:
  // A request that was read and whose answer is not yet on its way out.
  struct Slot {
    bool is_answered = false;
    bool keep_alive = true;
    bool is_head = false;
    bool is_http10 = false;
    std::int64_t received_at = 0;
    std::string request_id;
    std::string method;  // this and path only for the access log
    std::string path;
    Response response;
  };

  void process_input();
  void skip_blank_line();
  void dispatch();
  void call_handler(std::shared_ptr<Request> request, std::uint64_t sequence);
  void refuse(Refusal refusal, const Request* partial);
  Slot& push_slot(const Request* request);

  void flush();
  void fill_output();
  void send_answer(Slot& slot);
  void note_answer(const Slot& slot, std::uint64_t bytes);
  void linger();

  void maybe_read();
  void update_read_deadline();
  void on_read_deadline(std::int64_t now);
  [[nodiscard]] bool is_paused() const;

  IoCore& core_;
  const ServerLimits& limits_;
  const std::string remote_address_;
  std::size_t index_ = 0;

  RequestReader reader_;
  InputBuffer input_;
  std::deque<Slot> slots_;
  std::uint64_t first_sequence_ = 0;  // of slots_.front()
  OutputQueue output_;
  std::vector<asio::const_buffer> buffers_;

  bool is_started_ = false;
  bool is_closed_ = false;
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_stopped_ = false;    // no further request is read
  bool is_finishing_ = false;  // the last answer is in the output
  bool is_lingering_ = false;  // all is sent; waiting for the peer to close
  bool is_peer_done_ = false;  // the peer has closed its side
  bool owes_continue_ = false;
  std::size_t lingered_bytes_ = 0;
  std::int64_t read_deadline_ = 0;   // 0: none
  std::int64_t write_deadline_ = 0;  // 0: none
  std::int64_t head_started_at_ = 0;
  std::int64_t idle_since_;
  std::int64_t body_window_at_ = 0;
  std::uint64_t body_window_bytes_ = 0;
};

std::shared_ptr<Connection> make_connection(IoCore& core, Socket socket);

}  // namespace cinnabar::http
