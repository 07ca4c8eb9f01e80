// From a started server to a stopped one: readiness told to the service manager, signals, drain.
#pragma once

#include "app/wire.h"

#include <string_view>

namespace cinnabar::app {

// Blocks the signals that serve_until_told waits for; call before any thread starts, so that all
// inherit it.
void block_signals();

// Starts the server, waits for SIGTERM or SIGINT, then lets running requests finish and stops
// everything in order. Returns within drain limit plus what running commands need, well under 10 s.
// `announce` is called with the bound port once the server listens. Errors: listen_failed.
Status serve_until_told(Core& core, Front& front,
                        const std::function<void(std::uint16_t port)>& announce);

// One line to the socket that systemd names in NOTIFY_SOCKET, if there is one.
void notify_service_manager(std::string_view state);

}  // namespace cinnabar::app
