// The HTTP server: accepts connections, reads whole requests within limits, hands each to a
// handler, and writes the answers in request order. HTTP/1.1 with keep-alive, pipelining, chunked
// bodies, Expect: 100-continue, streamed uploads and downloads, and TLS.
//
// Ownership: the server owns its threads and connections, and borrows the metrics registry for its
// lifetime. Thread: `create`, `start`, `drain` and the destructor belong to one thread; handlers
// run on I/O threads and must not block; responders may be called from any thread, also after the
// server is gone. File parts and file answers are read and written on the I/O thread.
// Errors: whatever goes wrong with one connection ends at that connection. Requests the server
// refuses itself are answered with {"status":..,"cause":"..","request_id":".."}; the causes are
//   400 malformed_request, host_missing, target_malformed, length_conflict    408 request_timeout
//   411 length_required   413 body_too_large, too_many_parts, part_text_too_large, file_too_large
//   414 target_too_long   417 expectation_unknown   431 head_too_large, too_many_headers
//   500 handler_failed, file_unavailable   501 transfer_encoding_unsupported
//   503 connections_full, requests_full, body_memory_full, spool_unavailable, stopping   505
//   version_unsupported
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/http/multipart.h"
#include "platform/http/request.h"
#include "platform/http/response.h"
#include "platform/metrics.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cinnabar::http {

inline constexpr Reason kListenFailed{"listen_failed"};
inline constexpr Reason kTlsMalformed{"tls_malformed"};
inline constexpr Reason kServerOptionInvalid{"server_option_invalid"};

struct ServerLimits {
  std::size_t head_bytes_max = 32 * 1024;
  std::size_t target_bytes_max = 24 * 1024;
  std::size_t headers_max = 100;
  std::uint64_t body_bytes_max = 16 * 1024 * 1024;    // of a body kept in memory
  std::uint64_t body_memory_max = 256 * 1024 * 1024;  // of all bodies in memory together
  std::uint64_t multipart_bytes_max = 256 * 1024 * 1024;
  MultipartLimits multipart;
  // From the first byte of a head to its end; also for the TLS handshake.
  Duration head_timeout = seconds(10);
  // Within each such stretch a body must bring body_bytes_per_second_min times its seconds.
  Duration body_timeout = seconds(30);
  std::uint64_t body_bytes_per_second_min = 256;
  Duration idle_timeout = seconds(75);
  // Without any progress.
  Duration write_timeout = seconds(60);
  std::size_t connections_max = 4096;
  std::size_t pipelined_max = 16;  // unanswered on one connection; more are left unread
  std::size_t in_flight_max = 2048;
};

struct TlsFiles {
  std::filesystem::path certificate_chain;  // PEM
  std::filesystem::path private_key;        // PEM
};

struct ServerOptions {
  std::string host = "127.0.0.1";  // a numeric address
  std::uint16_t port = 0;          // 0: any free one
  int io_threads = 1;
  std::optional<TlsFiles> tls;
  std::filesystem::path spool_dir;  // must exist before the first upload
  ServerLimits limits;
  bool access_log = true;  // one http.request event per answer
  // Microseconds since 1970 UTC for the Date header; the system's clock when empty.
  std::function<std::int64_t()> now_micros;
};

// Call exactly once, from any thread; later calls are ignored. When the last copy goes away without
// a call, the server answers 500 handler_failed.
using Responder = std::function<void(Response)>;
// Called on an I/O thread; must not block. An exception is answered with 500 handler_failed.
using Handler = std::function<void(std::shared_ptr<Request>, Responder)>;

class Server {
 public:
  // Errors: server_option_invalid, tls_malformed.
  static Result<std::unique_ptr<Server>> create(ServerOptions options, Handler handler,
                                                Logger logger, MetricsRegistry& metrics);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Drains without patience.
  ~Server();

  // Binds, listens and starts the I/O threads. Errors: listen_failed.
  [[nodiscard]] Status start();
  // The bound port; 0 before `start`.
  [[nodiscard]] std::uint16_t port() const;
  // Stops accepting, closes idle connections, lets requests in flight finish until `deadline` has
  // passed, then closes what is left and joins. The server cannot be started again.
  void drain(Duration deadline);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cinnabar::http
