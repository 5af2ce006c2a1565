#include "include_rules.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <fmt/format.h>

namespace heed::test {

namespace {

using Folders = std::set<std::string, std::less<>>;

// Besides itself, what each folder may include. Folders that are not listed (tests, bench) may include all.
const std::map<std::string, Folders, std::less<>>& allowed() {
  static const std::map<std::string, Folders, std::less<>> rules = {
      {"graph", {}},
      {"ops", {"graph"}},
      {"autodiff", {"graph", "ops"}},
      {"backends", {"graph", "ops"}},
      {"models", {"graph", "ops", "autodiff", "backends"}},
      {"examples", {"graph", "ops", "autodiff", "backends", "models"}},
  };
  return rules;
}

std::string first_folder(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

// "onednn" for "backends/onednn/...", empty for shared parts and for what is no backend.
std::string backend_of(std::string_view path) {
  if (first_folder(path) != "backends") return {};
  const std::string_view rest = path.substr(std::min(path.size(), std::string_view("backends/").size()));
  if (rest.find('/') == std::string_view::npos) return {};
  const std::string folder = first_folder(rest);
  return folder == "host" || folder == "passes" ? std::string() : folder;
}

// Why `path` may not include `included`, or nothing.
std::string objection(std::string_view path, std::string_view included) {
  const std::string from = first_folder(path), to = first_folder(included);
  const auto rule = allowed().find(from);
  if (rule == allowed().end()) return {};
  if (from != to && !rule->second.contains(to)) return fmt::format("{} may not include {}", from, included);
  const std::string backend = backend_of(included);
  const bool may_name_backends =
      backend.empty() || backend == backend_of(path) || path == "backends/backend.cpp";
  if (may_name_backends) return {};
  return fmt::format("only backends/{} itself may include {}", backend, included);
}

bool is_source(const std::filesystem::path& path) {
  return path.extension() == ".h" || path.extension() == ".cpp";
}

}  // namespace

std::vector<std::string> forbidden_includes(std::string_view path, std::string_view text) {
  static const std::regex include(R"(^\s*#\s*include\s*[<"]heed/([^>"]+)[>"])");
  std::vector<std::string> messages;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, include)) continue;
    const std::string reason = objection(path, match[1].str());
    if (!reason.empty()) messages.push_back(fmt::format("{}:{}: {}", path, number, reason));
  }
  return messages;
}

std::vector<std::string> forbidden_includes_below(const std::string& root) {
  std::vector<std::string> messages;
  for (const auto& [folder, rule] : allowed()) {
    const std::filesystem::path top = std::filesystem::path(root) / folder;
    if (!std::filesystem::exists(top)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      const std::string path = std::filesystem::relative(entry.path(), root).generic_string();
      const std::vector<std::string> found = forbidden_includes(path, text.str());
      messages.insert(messages.end(), found.begin(), found.end());
    }
  }
  std::sort(messages.begin(), messages.end());
  return messages;
}

}  // namespace heed::test
