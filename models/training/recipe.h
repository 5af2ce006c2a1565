// The recipe of a training run: what, with data, model and seed, decides every bit of its result.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <heed/backends/executable.h>
#include <heed/models/text/vocabularies.h>

namespace heed {

// How gradients change parameters: Adam, with the coefficients below; Adadelta with decay 0.95 and epsilon
// 1e-6 (Bahdanau et al. 2014); plain stochastic gradient descent (Luong et al. 2015).
enum class OptimizerKind : std::uint8_t { adam, adadelta, sgd };
std::string_view name_of(OptimizerKind kind);
OptimizerKind optimizer_kind(std::string_view name);  // throws Error for an unknown name

// What an update of the parameters is made of.
struct StepOptions {
  OptimizerKind optimizer = OptimizerKind::adam;
  bool mean_over_sentences = false;  // of the loss that gradients are taken of; otherwise over words
  double label_smoothing = 0.1;
  double largest_gradient = 1.0;  // global norm after clipping
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.98;
  double adam_epsilon = 1e-9;
};

// Weights averaged over training are what is validated, kept as best, and translated with.
struct Averaging {
  enum class Kind : std::uint8_t {
    none,
    exponential,  // after every step: average = decay * average + (1 - decay) * weights, bias-corrected
    last          // the mean of the weights at the last `count` validations
  };
  Kind kind = Kind::none;
  double decay = 0;
  std::int64_t count = 0;
};

// By what the best checkpoint is chosen, and early stopping decided.
enum class Judge : std::uint8_t { perplexity, bleu, exact_match };
std::string_view name_of(Judge judge);
Judge judge_of(std::string_view name);  // throws Error for an unknown name

// Learning rates by step or epoch.
struct Schedule {
  enum class Kind : std::uint8_t {
    warmup,    // of Vaswani et al. 2017, with TrainingRecipe::warmup and rate_scale
    constant,  // always `rate`
    halving    // `rate` for so many epochs, then halved for each one that begins (Luong et al. 2015)
  };
  Kind kind = Kind::warmup;
  double rate = 1;
  std::int64_t halve_after = 0;  // epochs
};
std::string_view name_of(Schedule::Kind kind);
Schedule::Kind schedule_kind(std::string_view name);  // throws Error for an unknown name

struct TrainingRecipe {
  VocabularyOptions vocabulary;
  std::int64_t batch_tokens = 4096;  // source and target, padding included
  std::int64_t max_length = 256;     // longer pairs are left out
  std::int64_t accumulate = 1;       // batches whose gradients make one step
  std::int64_t warmup = 4000;        // steps
  double rate_scale = 1;             // times the schedule of Vaswani et al.
  Schedule schedule;
  StepOptions step;
  std::int64_t validate_every = 500;  // steps; a checkpoint is written each time
  Averaging averaging;
  Judge judge = Judge::perplexity;
  Precision precision = Precision::f32;
};

// The weight of step `step` (from 1) in a bias-corrected exponential average: the average then is the sum of
// decay^(step - i) * weights_i over the steps i so far, divided by the sum of these factors.
double average_weight(double decay, std::int64_t step);

}  // namespace heed
