// Trainer: trains a translation model on parallel text, with checkpoints it can resume from bit for bit.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <heed/models/text/batches.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/progress.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/training_graph.h>
#include <heed/models/training/translation_data.h>
#include <heed/models/training/validation.h>

namespace heed {

// When to stop; 0: never for this reason. A resumed run may be given others.
struct TrainingLimits {
  double max_minutes = 0;
  std::int64_t max_steps = 0;
  std::int64_t epochs = 0;
  double enough = 0;          // per cent of exact matches on the validation set
  std::int64_t patience = 0;  // validations in a row that are no better than the best
};

struct TrainerOptions {
  std::string directory;  // of the run
  bool resume = false;    // go on with a run that exists; otherwise it must not
  std::string preset = "tiny";
  ModelConfig config;
  std::uint64_t seed = 1;  // of initial values, dropout and the order of batches
  TrainingRecipe recipe;
  TrainingLimits limits;
  // Says which op a NaN or an infinity comes from, and stops; steps take longer, their results stay the same.
  bool check_finite = false;
};

enum class StopReason : std::uint8_t { enough, patience, minutes, steps, epochs, interrupted };

struct TrainingResult {
  StopReason reason = StopReason::steps;
  CheckpointInfo info;
  ValidationResult validation;  // the last one
  std::string checkpoint;       // where it was saved
};

class Trainer {
 public:
  // Throws Error when the directory and `resume` do not fit, or a checkpoint does not.
  Trainer(const TranslationData& data, const Vocabularies& vocabularies, const TrainerOptions& options,
          std::shared_ptr<Backend> backend, ProgressLine& progress);

  // Trains until a limit is reached or `stop` becomes true; saves before it returns.
  TrainingResult train(const std::atomic<bool>& stop);

 private:
  void start_or_resume();
  void compile_steps();
  StepRates rates() const;
  Batch next_batch();
  StepResult run_step();
  StepResult run_whole(const Batch& batch);
  StepResult run_accumulated(const std::vector<Batch>& batches);
  void train_step();
  void average();
  void validate_and_save(TrainingResult& result);
  void save(TrainingResult& result, const std::optional<ValidationResult>& validation);
  std::optional<StopReason> reached_limit() const;
  bool averages(Averaging::Kind kind) const { return options_.recipe.averaging.kind == kind; }
  double epochs_done() const;
  double tokens_per_second() const;
  double seconds_now() const;
  std::string status() const;

  TrainerOptions options_;
  Vocabularies vocabularies_;
  Variables variables_;
  std::unique_ptr<Variables> averaged_;  // what is validated where parameters are averaged
  ProgressLine& progress_;
  BatchLoader batches_;
  std::optional<Batch> ready_;  // the next one, made while a device was at work
  std::int64_t skipped_pairs_;
  Validator validator_;
  std::vector<std::unique_ptr<TrainingStep>> steps_;           // one for each shape, or,
  std::vector<std::unique_ptr<GradientStep>> gradient_steps_;  // where batches are accumulated, these
  std::unique_ptr<UpdateStep> update_step_;
  CheckpointInfo info_;
  std::string saved_at_;        // the checkpoint that holds the present state; empty: none
  double earlier_seconds_ = 0;  // of training, in sittings before this one
  double started_ = 0;          // seconds on the clock when this sitting began
  double smoothed_loss_ = 0;    // running mean for the eye
  double sitting_tokens_ = 0, sitting_seconds_ = 0;
};

// The recipe for a model's preset: batch, warm-up and rate that train well, or those of its paper. `exact` is
// for the built-in corpus.
TrainerOptions recommended_options(const std::string& model, const std::string& preset, bool exact);

}  // namespace heed
