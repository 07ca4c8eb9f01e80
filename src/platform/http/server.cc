#include "platform/http/server.h"

#include "platform/http/asio.h"
#include "platform/http/io_core.h"

#include <openssl/ssl.h>
#include <pthread.h>

#include <thread>
#include <vector>

namespace cinnabar::http {
namespace {

constexpr int kIoThreadsMax = 64;
constexpr std::chrono::milliseconds kAcceptPause{100};

Error invalid(Reason reason, std::string expected, std::string subject) {
  return make_error(Code::invalid_argument, reason, std::move(expected), std::move(subject));
}

Status check(const ServerOptions& options) {
  const ServerLimits& limits = options.limits;
  const auto option_invalid = [](const char* expected, const char* option) {
    return invalid(kServerOptionInvalid, expected, option);
  };
  if (options.io_threads < 1 || options.io_threads > kIoThreadsMax) {
    return option_invalid("expected 1 to 64 threads", "io_threads");
  }
  if (limits.head_bytes_max < 256 || limits.head_bytes_max > 1024 * 1024) {
    return option_invalid("expected 256 bytes to 1 MiB", "head_bytes_max");
  }
  if (limits.body_memory_max < limits.body_bytes_max) {
    return option_invalid("expected room for at least one body", "body_memory_max");
  }
  if (limits.pipelined_max < 1) return option_invalid("expected at least one", "pipelined_max");
  if (limits.connections_max < 1) return option_invalid("expected at least one", "connections_max");
  for (const Duration timeout :
       {limits.head_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout}) {
    if (timeout <= Duration{}) return option_invalid("expected time-outs above zero", "limits");
  }
  return {};
}

Result<asio::ssl::context> make_tls(const TlsFiles& files) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  ErrorCode ec;
  context.use_certificate_chain_file(files.certificate_chain.string(), ec);
  if (ec) {
    return invalid(kTlsMalformed, "expected a readable PEM certificate chain", "certificate_chain");
  }
  context.use_private_key_file(files.private_key.string(), asio::ssl::context::pem, ec);
  if (ec) {
    return invalid(kTlsMalformed, "expected the certificate's private key in PEM", "private_key");
  }
  return context;
}

// Sent to a connection over the limit before it is closed, as far as it fits without waiting.
std::string full_answer(std::string_view date, const std::string& request_id) {
  Response response = server_error(503, "connections_full", request_id);
  response.headers.push_back({"Retry-After", "5"});
  std::string text;
  append_head(text, response,
              {.date = date,
               .request_id = request_id,
               .content_length = response.body.size(),
               .keep_alive = false,
               .is_http10 = false});
  return text + response.body;
}

}  // namespace

struct Server::State {
  explicit State(std::shared_ptr<ServerShared> server) : shared(std::move(server)) {}

  Status listen();
  void accept();
  void on_accept(const ErrorCode& ec, Socket socket, IoCore& core);
  void stop_accepting();

  const std::shared_ptr<ServerShared> shared;
  std::vector<std::shared_ptr<IoCore>> cores;
  std::vector<std::thread> threads;
  std::optional<Acceptor> acceptor;  // on the first core's thread once started
  std::optional<Timer> accept_pause;
  std::size_t next_core = 0;
  std::uint16_t port = 0;
  bool is_started = false;
  bool is_drained = false;
};

Status Server::State::listen() {
  const auto failed = [&](const char* what, const ErrorCode& ec) {
    return make_error(Code::unavailable, kListenFailed, std::string(what) + ": " + ec.message(),
                      shared->options.host);
  };
  ErrorCode ec;
  const auto address = asio::ip::make_address(shared->options.host, ec);
  if (ec) return failed("expected a numeric address", ec);
  const asio::ip::tcp::endpoint endpoint(address, shared->options.port);
  acceptor.emplace(cores.front()->context());
  accept_pause.emplace(cores.front()->context());
  acceptor->open(endpoint.protocol(), ec);
  if (ec) return failed("cannot open a socket", ec);
  acceptor->set_option(asio::socket_base::reuse_address(true), ec);
  acceptor->bind(endpoint, ec);
  if (ec) return failed("cannot bind", ec);
  acceptor->listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return failed("cannot listen", ec);
  port = acceptor->local_endpoint(ec).port();
  return {};
}

void Server::State::accept() {
  if (!acceptor->is_open()) return;
  IoCore& core = *cores[next_core++ % cores.size()];
  acceptor->async_accept(core.context(), [this, &core](const ErrorCode& ec, Socket socket) {
    on_accept(ec, std::move(socket), core);
  });
}

void Server::State::on_accept(const ErrorCode& ec, Socket socket, IoCore& core) {
  if (ec == asio::error::operation_aborted || !acceptor->is_open()) return;
  if (ec) {
    // Mostly "too many open files": connections that end make room again.
    shared->logger.warning("http.accept_failed", {{"what", ec.message()}});
    accept_pause->expires_after(kAcceptPause);
    accept_pause->async_wait([this](const ErrorCode& stopped) {
      if (!stopped) accept();
    });
    return;
  }
  if (shared->connections.fetch_add(1) >= shared->options.limits.connections_max) {
    shared->connections.fetch_sub(1);
    shared->refused_connections.add();
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    if (!shared->tls) {
      const std::string text = full_answer(cores.front()->date(), shared->next_request_id());
      socket.write_some(asio::const_buffer(text.data(), text.size()), ignored);
    }
    socket.close(ignored);
  } else {
    shared->connections_gauge.add(1);
    if (&core == cores.front().get()) {
      core.adopt(std::move(socket));
    } else {
      asio::post(core.context(),
                 [&core, moved = std::move(socket)]() mutable { core.adopt(std::move(moved)); });
    }
  }
  accept();
}

void Server::State::stop_accepting() {
  asio::post(cores.front()->context(), [this] {
    ErrorCode ignored;
    acceptor->close(ignored);
    accept_pause->cancel();
  });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  drain(Duration{});
}

Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Handler handler,
                                               Logger logger, MetricsRegistry& metrics) {
  CINNABAR_CHECK_OK(check(options));
  const std::optional<TlsFiles> tls = options.tls;
  auto shared = std::make_shared<ServerShared>(std::move(options), std::move(handler),
                                               std::move(logger), metrics);
  if (tls) {
    CINNABAR_TRY(auto context, make_tls(*tls));
    shared->tls.emplace(std::move(context));
  }
  return std::unique_ptr<Server>(new Server(std::make_unique<State>(std::move(shared))));
}

Status Server::start() {
  CINNABAR_ASSERT(!state_->is_started);
  for (int i = 0; i < state_->shared->options.io_threads; ++i) {
    state_->cores.push_back(std::make_shared<IoCore>(state_->shared));
  }
  if (Status status = state_->listen(); !status) {
    state_->acceptor.reset();
    state_->accept_pause.reset();
    state_->cores.clear();
    return status;
  }
  state_->is_started = true;
  state_->accept();
  for (const auto& core : state_->cores) {
    state_->threads.emplace_back([core = core.get()] {
      pthread_setname_np(pthread_self(), "http-io");
      core->run();
    });
  }
  state_->shared->logger.info("http.listening", {{"host", state_->shared->options.host},
                                                 {"port", static_cast<int>(state_->port)},
                                                 {"tls", state_->shared->tls.has_value()}});
  return {};
}

std::uint16_t Server::port() const {
  return state_->port;
}

void Server::drain(Duration deadline) {
  State& state = *state_;
  if (!state.is_started || state.is_drained) return;
  state.is_drained = true;
  state.stop_accepting();
  for (const auto& core : state.cores) core->begin_drain();
  {
    std::unique_lock lock(state.shared->mutex);
    state.shared->closed.wait_for(lock, std::chrono::microseconds(deadline.micros()),
                                  [&] { return state.shared->connections.load() == 0; });
  }
  for (const auto& core : state.cores) core->close();
  for (std::thread& thread : state.threads) thread.join();
  // The acceptor and its timer belong to the first core and must go before it.
  state.acceptor.reset();
  state.accept_pause.reset();
  state.cores.clear();
}

}  // namespace cinnabar::http
