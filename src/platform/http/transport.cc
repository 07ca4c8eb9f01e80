// The two transports under a connection: plain TCP and TLS.
#include "platform/http/connection.h"

namespace cinnabar::http {
namespace {

class PlainConnection final : public Connection {
 public:
  PlainConnection(IoCore& core, Socket socket, std::string remote_address)
      : Connection(core, std::move(remote_address)), socket_(std::move(socket)) {}

  void start() override {
    ErrorCode ec;
    socket_.non_blocking(true, ec);
    on_started(ec);
  }

 private:
  void read_some(std::span<char> into) override {
    socket_.async_read_some(asio::mutable_buffer(into.data(), into.size()),
                            [this, self = shared_from_this()](const ErrorCode& ec, std::size_t n) {
                              const IoCore::Turn turn(core());
                              on_read(ec, n);
                            });
  }
  void write_some(std::span<const asio::const_buffer> buffers) override {
    socket_.async_write_some(buffers,
                             [this, self = shared_from_this()](const ErrorCode& ec, std::size_t n) {
                               const IoCore::Turn turn(core());
                               on_write(ec, n);
                             });
  }
  std::optional<std::size_t> write_now(std::span<const asio::const_buffer> buffers) override {
    ErrorCode ec;
    const std::size_t n = socket_.write_some(buffers, ec);
    return ec ? std::nullopt : std::optional(n);
  }
  bool shutdown_write() override {
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    return true;
  }
  void close_transport() override {
    ErrorCode ignored;
    socket_.close(ignored);
  }

  Socket socket_;
};

class TlsConnection final : public Connection {
 public:
  TlsConnection(IoCore& core, Socket socket, std::string remote_address)
      : Connection(core, std::move(remote_address)),
        stream_(std::move(socket), *core.server().tls) {}

  void start() override {
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [this, self = shared_from_this()](const ErrorCode& ec) {
                              const IoCore::Turn turn(core());
                              on_started(ec);
                            });
  }

 private:
  void read_some(std::span<char> into) override {
    stream_.async_read_some(asio::mutable_buffer(into.data(), into.size()),
                            [this, self = shared_from_this()](const ErrorCode& ec, std::size_t n) {
                              const IoCore::Turn turn(core());
                              on_read(ec, n);
                            });
  }
  void write_some(std::span<const asio::const_buffer> buffers) override {
    stream_.async_write_some(buffers,
                             [this, self = shared_from_this()](const ErrorCode& ec, std::size_t n) {
                               const IoCore::Turn turn(core());
                               on_write(ec, n);
                             });
  }
  std::optional<std::size_t> write_now(std::span<const asio::const_buffer> /*buffers*/) override {
    return std::nullopt;
  }
  bool shutdown_write() override {
    stream_.async_shutdown([this, self = shared_from_this()](const ErrorCode& /*ec*/) {
      const IoCore::Turn turn(core());
      close();
    });
    return false;
  }
  void close_transport() override {
    ErrorCode ignored;
    stream_.next_layer().close(ignored);
  }

  asio::ssl::stream<Socket> stream_;
};

}  // namespace

std::shared_ptr<Connection> make_connection(IoCore& core, Socket socket) {
  ErrorCode ec;
  socket.set_option(asio::ip::tcp::no_delay(true), ec);
  const auto endpoint = socket.remote_endpoint(ec);
  std::string address = ec ? std::string() : endpoint.address().to_string();
  if (core.server().tls) {
    return std::make_shared<TlsConnection>(core, std::move(socket), std::move(address));
  }
  return std::make_shared<PlainConnection>(core, std::move(socket), std::move(address));
}

}  // namespace cinnabar::http
