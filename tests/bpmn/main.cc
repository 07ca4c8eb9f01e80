// bpmn_corpus DIR [--at-least N] [--only TEXT]: runs every NAME.expect below DIR on the NAME.bpmn
// beside it. Prints one line for each case and a sum; exits with 1 when one of them failed or when
// there are fewer than N, with 2 when it was called wrongly.
#include "base/text.h"

#include "runner.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path folder;
  std::int64_t at_least = 1;
  std::string only;  // part of "FILE CASE"
};

struct Sum {
  std::int64_t passed = 0;
  std::int64_t failed = 0;
};

bool read_options(const std::vector<std::string>& words, Options& options) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool has_value = i + 1 < words.size();
    if (words[i] == "--at-least" && has_value) {
      const auto number = cinnabar::parse_int(words[++i]);
      if (!number) return false;
      options.at_least = *number;
    } else if (words[i] == "--only" && has_value) {
      options.only = words[++i];
    } else if (options.folder.empty() && !words[i].starts_with("--")) {
      options.folder = words[i];
    } else {
      return false;
    }
  }
  std::error_code error;
  return fs::is_directory(options.folder, error);
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> expectations_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".expect") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

void report(const std::string& title, const std::vector<std::string>& differences, Sum& sum) {
  (differences.empty() ? sum.passed : sum.failed) += 1;
  std::cout << (differences.empty() ? "PASS " : "FAIL ") << title << "\n";
  for (const std::string& line : differences) std::cout << "  " << line << "\n";
}

void run_file(const fs::path& path, const Options& options, Sum& sum) {
  const std::string file = fs::relative(path, options.folder).replace_extension().string();
  fs::path document = path;
  document.replace_extension(".bpmn");
  const auto cases = cinnabar::corpus::parse_cases(read_file(path));
  if (!cases) return report(file + " -", {cases.error().detail}, sum);
  if (!fs::exists(document)) return report(file + " -", {"there is no " + file + ".bpmn"}, sum);
  const std::string text = read_file(document);
  for (const auto& one : *cases) {
    const std::string title = file + " " + one.id;
    if (title.find(options.only) == std::string::npos) continue;
    report(title, cinnabar::corpus::run_case(text, one), sum);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options({argv + 1, argv + argc}, options)) {
    std::cerr << "usage: bpmn_corpus DIR [--at-least N] [--only TEXT]\n";
    return 2;
  }
  Sum sum;
  for (const fs::path& path : expectations_in(options.folder)) run_file(path, options, sum);
  std::cout << sum.passed << " passed, " << sum.failed << " failed\n";
  if (sum.passed + sum.failed < options.at_least) {
    std::cout << "expected at least " << options.at_least << " cases\n";
    return 1;
  }
  return sum.failed == 0 ? 0 : 1;
}
