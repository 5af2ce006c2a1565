// Trainer: trains a Transformer on parallel text, with checkpoints it can resume from.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include <heed/models/decoding/translator.h>
#include <heed/models/text/batches.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/progress.h>
#include <heed/models/training/training_graph.h>
#include <heed/models/training/translation_data.h>

namespace heed {

struct TrainerOptions {
  std::string directory;  // of the run
  bool resume = false;    // go on with a run that exists; otherwise it must not
  std::string preset = "tiny";
  TransformerConfig config;
  std::uint64_t seed = 1;            // of initial values, dropout and the order of batches
  std::int64_t batch_tokens = 4096;  // source and target, padding included
  std::int64_t max_length = 256;     // longer pairs are left out
  std::int64_t warmup = 4000;        // steps
  double rate_scale = 1;             // times the schedule of Vaswani et al.
  StepOptions step;
  std::int64_t validate_every = 500;  // steps; a checkpoint is written each time
  // When to stop; 0: never for this reason.
  double max_minutes = 0;
  std::int64_t max_steps = 0;
  std::int64_t epochs = 0;
  double enough = 0;  // per cent of exact matches on the validation set
};

struct ValidationResult {
  double perplexity = 0;
  double exact_match = -1;  // per cent; -1: not asked for
};

enum class StopReason : std::uint8_t { enough, minutes, steps, epochs, interrupted };

struct TrainingResult {
  StopReason reason = StopReason::steps;
  CheckpointInfo info;
  ValidationResult validation;  // the last one
  std::string checkpoint;       // where it was saved
};

class Trainer {
 public:
  // Throws Error when the directory and `resume` do not fit, or a checkpoint does not.
  Trainer(const TranslationData& data, const Vocabulary& vocabulary, const TrainerOptions& options,
          std::shared_ptr<Backend> backend, ProgressLine& progress);

  // Trains until a limit is reached or `stop` becomes true; saves before it returns.
  TrainingResult train(const std::atomic<bool>& stop);

 private:
  void start_or_resume();
  void compile_steps();
  double learning_rate() const;
  void train_batch();
  ValidationResult validate();
  void validate_and_save(TrainingResult& result);
  void save(TrainingResult& result);
  bool reached_limit(TrainingResult& result) const;
  double tokens_per_second() const;
  std::string status() const;
  double seconds_now() const;

  const TranslationData& data_;
  Vocabulary vocabulary_;
  TrainerOptions options_;
  Variables variables_;
  ProgressLine& progress_;
  BatchLoader train_batches_, valid_batches_;
  std::vector<std::unique_ptr<TrainingStep>> steps_;
  std::map<std::size_t, std::unique_ptr<ValidationStep>> validation_steps_;
  Translator translator_;
  CheckpointInfo info_;
  double started_ = 0;        // seconds on the clock when this sitting began
  double smoothed_loss_ = 0;  // running mean for the eye
  double sitting_tokens_ = 0, sitting_seconds_ = 0;
};

// The recipe for a preset: batch, warm-up and rate that train well. `exact` is for the built-in corpus.
TrainerOptions recommended_options(const std::string& preset, std::int64_t vocabulary, bool exact);

}  // namespace heed
