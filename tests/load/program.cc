#include "program.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace cinnabar::load {

Arguments::Arguments(int argc, char** argv, std::string_view usage,
                     std::initializer_list<std::string_view> names) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || std::ranges::find(names, std::string_view(argv[i])) == names.end()) {
      std::fprintf(stderr, "usage: %s\n", std::string(usage).c_str());
      std::exit(2);
    }
    values_[argv[i]] = argv[i + 1];
  }
}

std::string Arguments::text(std::string_view name, std::string fallback) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::move(fallback) : it->second;
}

double Arguments::number(std::string_view name, double fallback) const {
  const auto it = values_.find(name);
  return it == values_.end() ? fallback : std::atof(it->second.c_str());
}

std::int64_t Arguments::count(std::string_view name, std::int64_t fallback) const {
  const auto it = values_.find(name);
  return it == values_.end() ? fallback : std::atoll(it->second.c_str());
}

WorkFolder::WorkFolder(std::string_view name)
    : path_(std::filesystem::absolute("build/bench") / name) {
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string server_binary(const char* program) {
  return std::filesystem::canonical(program).parent_path() / "cinnabar";
}

}  // namespace cinnabar::load
