#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/graph/error.h>
#include <heed/models/text/files.h>
#include <heed/models/training/run_directory.h>

namespace heed {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* log_file = "log.jsonl";
constexpr const char* config_file = "config.json";  // every checkpoint has one

// -1: not the name of a checkpoint.
std::int64_t step_of(std::string_view name) {
  constexpr std::string_view prefix = "step-";
  if (!name.starts_with(prefix)) return -1;
  name.remove_prefix(prefix.size());
  std::int64_t step = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() ? step : -1;
}

std::string pointed_to(const fs::path& directory, const std::string& name) {
  if (!fs::exists(directory / name)) return {};
  std::string target = read_file((directory / name).string());
  while (!target.empty() && (target.back() == '\n' || target.back() == '\r')) target.pop_back();
  return target;
}

json to_json(const LogEntry& entry) {
  json line{{"step", entry.step},
            {"epoch", entry.epoch},
            {"seconds", entry.seconds},
            {"loss", entry.loss},
            {"tokens_per_second", entry.tokens_per_second}};
  if (entry.perplexity) line["perplexity"] = *entry.perplexity;
  if (entry.bleu) line["bleu"] = *entry.bleu;
  if (entry.exact_match) line["exact_match"] = *entry.exact_match;
  return line;
}

LogEntry log_entry(const json& line) {
  const auto optional = [&](const char* name) {
    return line.contains(name) ? std::optional<double>(line.at(name)) : std::nullopt;
  };
  LogEntry entry;
  entry.step = line.at("step");
  entry.epoch = line.at("epoch");
  entry.seconds = line.at("seconds");
  entry.loss = line.at("loss");
  entry.tokens_per_second = line.at("tokens_per_second");
  entry.perplexity = optional("perplexity");
  entry.bleu = optional("bleu");
  entry.exact_match = optional("exact_match");
  return entry;
}

void write_log(const std::string& directory, const std::vector<LogEntry>& entries) {
  FileWriter writer((fs::path(directory) / log_file).string());
  for (const LogEntry& entry : entries) writer.write(to_json(entry).dump() + "\n");
  writer.commit();
}

}  // namespace

std::string checkpoint_name(std::int64_t step) {
  return fmt::format("step-{}", step);
}

bool is_taken(const std::string& directory) {
  if (!fs::exists(directory)) return false;
  if (!fs::is_directory(directory)) return true;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name != log_file && !name.ends_with(".tmp")) return true;
  }
  return false;
}

void point_to(const std::string& directory, const std::string& name, const std::string& checkpoint) {
  FileWriter writer((fs::path(directory) / name).string());
  writer.write(checkpoint + "\n");
  writer.commit();
}

void remove_old_checkpoints(const std::string& directory, std::span<const std::int64_t> kept) {
  const std::string best = pointed_to(directory, "best");
  const std::string latest = pointed_to(directory, "latest");
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const std::int64_t step = step_of(name);
    const bool wanted = std::ranges::find(kept, step) != kept.end();
    if (step >= 0 && !wanted && name != best && name != latest) old.push_back(entry.path());
  }
  std::error_code ignored;
  for (const fs::path& path : old) fs::remove_all(path, ignored);
}

std::string find_checkpoint(const std::string& path, const std::string& prefer) {
  const fs::path root(path);
  if (!fs::is_directory(root)) {
    throw Error(fmt::format(
        "there is no checkpoint at {}: it should be a run directory or a step-N inside one", path));
  }
  if (fs::exists(root / config_file)) return path;
  for (const std::string& name : {prefer, std::string("latest")}) {
    const std::string target = pointed_to(root, name);
    if (!target.empty() && fs::exists(root / target / config_file)) return (root / target).string();
  }
  throw Error(fmt::format("{} holds no checkpoint: neither {} nor the files best or latest are there", path,
                          config_file));
}

void append_log(const std::string& directory, const LogEntry& entry) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw Error(fmt::format("cannot make the directory {}: {}", directory, error.message()));
  std::vector<LogEntry> entries = read_log(directory);
  std::erase_if(entries, [&](const LogEntry& earlier) { return earlier.step >= entry.step; });
  entries.push_back(entry);
  write_log(directory, entries);
}

std::vector<LogEntry> read_log(const std::string& directory) {
  const std::string path = (fs::path(directory) / log_file).string();
  std::vector<LogEntry> entries;
  if (!fs::exists(path)) return entries;
  const std::string text = read_file(path);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    ++number;
    try {
      entries.push_back(log_entry(json::parse(text.substr(begin, end - begin))));
    } catch (const json::exception& reason) {
      throw Error(fmt::format("{}, line {}: not a line of a training log: {}", path, number, reason.what()));
    }
    begin = end + 1;
  }
  return entries;
}

void truncate_log(const std::string& directory, std::int64_t step) {
  std::vector<LogEntry> entries = read_log(directory);
  std::erase_if(entries, [&](const LogEntry& entry) { return entry.step > step; });
  write_log(directory, entries);
}

}  // namespace heed
