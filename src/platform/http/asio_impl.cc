// Holds the compiled parts of Asio and Beast, so that no other file pays for them.
#include "platform/http/asio.h"

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
