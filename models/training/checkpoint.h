// Checkpoints: everything a model is, and everything a training run needs to go on, in one directory.
#pragma once

#include <cstdint>
#include <string>

#include <heed/backends/variables.h>
#include <heed/models/text/vocabulary.h>
#include <heed/models/transformer/config.h>

namespace heed {

// What a checkpoint says besides its tensors.
struct CheckpointInfo {
  std::string model = "transformer";
  std::string preset;
  TransformerConfig config;
  std::string source_language = "en";
  std::string target_language = "de";
  // Where training stands.
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::int64_t batch = 0;  // of the epoch, the next one
  std::uint64_t seed = 0;
  std::uint64_t run_counter = 0;  // of the variables: which random bits come next
  double seconds = 0;             // spent on training so far
  double best_score = -1;         // larger is better; -1: never validated
  std::int64_t best_step = 0;
};

struct Checkpoint {
  std::string path;  // the step-N directory itself
  CheckpointInfo info;
  Vocabulary vocabulary;
};

// Writes DIRECTORY/step-N: model.safetensors (variables, without those of decoders), config.json and
// vocabulary.txt. It appears whole or not at all: written as step-N.tmp, synced, then renamed. The file
// DIRECTORY/latest names it afterwards. Throws Error when the disk is full or not writable.
std::string save_checkpoint(const std::string& directory, const CheckpointInfo& info,
                            const Vocabulary& vocabulary, const Variables& variables);

// Writes the small file DIRECTORY/NAME ("best", "latest") that names a checkpoint.
void point_to(const std::string& directory, const std::string& name, const std::string& checkpoint);

// Removes checkpoints but those that `best` and `latest` name and the `kept` newest.
void remove_old_checkpoints(const std::string& directory, std::size_t kept);

// `path` is a checkpoint or a run directory; of a run the one that `prefer` names ("best" or "latest"), or
// else the latest. Throws Error when there is none.
std::string find_checkpoint(const std::string& path, const std::string& prefer = "best");

// Reads config and vocabulary of the checkpoint at `path`.
Checkpoint read_checkpoint(const std::string& path);

// Sets the variables from the checkpoint at `path`. Throws Error when the file is missing, truncated or
// lacks a parameter of the model that `info` describes. Optimiser state is read only if asked for.
void load_variables(const std::string& path, const CheckpointInfo& info, Variables& variables,
                    bool optimizer_state);

}  // namespace heed
