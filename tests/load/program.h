// What the benchmark programs begin with: arguments of the form `--name value`, and a folder of
// their own. Each exits with a message when the caller is wrong. Thread: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace cinnabar::load {

class Arguments {
 public:
  // Prints `usage` and exits with 2 for a name that is none of `names`, or has no value.
  Arguments(int argc, char** argv, std::string_view usage,
            std::initializer_list<std::string_view> names);

  // What was given, else `fallback`.
  [[nodiscard]] std::string text(std::string_view name, std::string fallback = {}) const;
  [[nodiscard]] double number(std::string_view name, double fallback) const;
  [[nodiscard]] std::int64_t count(std::string_view name, std::int64_t fallback) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// build/bench/NAME below the current folder: empty at first, gone at last.
class WorkFolder {
 public:
  explicit WorkFolder(std::string_view name);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The server that was built beside this program.
std::string server_binary(const char* program);

}  // namespace cinnabar::load
