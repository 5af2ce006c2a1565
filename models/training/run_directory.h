// A run's directory: its checkpoints step-N, the files latest and best that name one, and its log.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace heed {

// Whether something is in `directory` besides what a run leaves that ended before its first checkpoint.
bool is_taken(const std::string& directory);

// Writes the small file DIRECTORY/NAME ("best", "latest") that names a checkpoint.
void point_to(const std::string& directory, const std::string& name, const std::string& checkpoint);

// Removes checkpoints but those that `best` and `latest` name and those of the given steps.
void remove_old_checkpoints(const std::string& directory, std::span<const std::int64_t> kept);

// `path` is a checkpoint or a run directory; of a run the one that `prefer` names ("best" or "latest"), or
// else the latest. Throws Error when there is none.
std::string find_checkpoint(const std::string& path, const std::string& prefer = "best");

std::string checkpoint_name(std::int64_t step);  // "step-N"

// A line of DIRECTORY/log.jsonl: a validation, or where training stopped without one.
struct LogEntry {
  std::int64_t step = 0;
  double epoch = 0;
  double seconds = 0;  // of training so far
  double loss = 0;     // of training, a running mean
  double tokens_per_second = 0;
  // Of the validation set; matches in per cent.
  std::optional<double> perplexity = std::nullopt, bleu = std::nullopt, exact_match = std::nullopt;
};

// Takes the place of entries of this step and later ones.
void append_log(const std::string& directory, const LogEntry& entry);
// Throws Error for a line that is none. A last line cut short, as a crash may leave it, is left out.
std::vector<LogEntry> read_log(const std::string& directory);
// Forgets what came after `step`, and what a crash left unfinished.
void truncate_log(const std::string& directory, std::int64_t step);

}  // namespace heed
