// Checkpoints: everything a model is, and everything a training run needs to go on, in one directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <heed/backends/variables.h>
#include <heed/models/model_config.h>
#include <heed/models/text/vocabularies.h>
#include <heed/models/training/recipe.h>
#include <heed/models/training/safetensors.h>

namespace heed {

// Where a training run stands: with the variables, all it needs to go on bit for bit.
struct TrainingProgress {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::int64_t batch = 0;         // of the epoch, the next one
  std::uint64_t run_counter = 0;  // of the variables: which random bits come next
  double best_score = -1;         // larger is better; -1: never validated
  std::int64_t best_step = 0;
  std::int64_t since_best = 0;          // validations that were no better
  std::vector<std::int64_t> snapshots;  // steps of the checkpoints that an average of the last ones takes
};

// What a checkpoint says besides its tensors.
struct CheckpointInfo {
  std::string preset;
  ModelConfig config;
  std::string source_language = "en";
  std::string target_language = "de";
  std::string corpus;  // a digest of the training text
  std::uint64_t seed = 0;
  TrainingRecipe recipe;
  TrainingProgress progress;
};

struct Checkpoint {
  std::string path;  // the step-N directory itself
  CheckpointInfo info;
  Vocabularies vocabularies;
};

// What two descriptions differ in, training's progress aside: "recipe.warmup is 300 and 400"; empty: nothing.
std::string difference(const CheckpointInfo& a, const CheckpointInfo& b);

// Writes DIRECTORY/step-N: model.safetensors (variables, without those of decoders), config.json and the
// vocabularies. It appears whole or not at all: written as step-N.tmp, synced, then renamed. The file
// DIRECTORY/latest names it afterwards. Throws Error when the disk is full or not writable.
std::string save_checkpoint(const std::string& directory, const CheckpointInfo& info,
                            const Vocabularies& vocabularies, const Variables& variables);

// Reads config and vocabularies of the checkpoint at `path`.
Checkpoint read_checkpoint(const std::string& path);

// The tensors of the checkpoint at `path`. Throws Error when the file is missing or truncated, or lacks a
// parameter of a model of this configuration.
TensorFile read_checkpoint_tensors(const std::string& path, const ModelConfig& config);

// Sets the parameters from the checkpoint at `path`: averaged ones where the run averages them.
void load_model(const std::string& path, const CheckpointInfo& info, Variables& variables);

// Sets all variables, those of the optimiser and of averages too, to go on with training.
void load_training_state(const std::string& path, const CheckpointInfo& info, Variables& variables);

// The variables that hold averaged parameters are named average/PARAMETER.
inline constexpr const char* average_prefix = "average/";

}  // namespace heed
