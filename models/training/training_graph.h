// One training step of a translation model as graphs: for one shape of batch, or cut into gradients and
// update.
#pragma once

#include <array>
#include <memory>
#include <span>

#include <heed/backends/executable.h>
#include <heed/models/model_config.h>
#include <heed/models/text/batches.h>
#include <heed/models/training/recipe.h>

namespace heed {

// The inputs of a batch, as a graph declares them.
struct BatchInputs {
  BatchInputs(Graph& graph, const BatchShape& shape, DType dtype);
  Tensor source, source_lengths, target_input, target_output, weights;  // as in Batch
  Tensor inverse_weight;  // 1 / sum of the weights: makes the loss a mean over words

  // What a run is fed for these inputs; refers to the arrays it is given.
  std::array<Executable::FeedRef, 6> feeds(const Batch& batch, const Array& inverse) const {
    return {{{source, batch.source},
             {source_lengths, batch.source_lengths},
             {target_input, batch.target_input},
             {target_output, batch.target_output},
             {weights, batch.weights},
             {inverse_weight, inverse}}};
  }
};

// The mean loss of a batch: a scalar.
Tensor batch_loss(TranslationModel& model, const BatchInputs& inputs, double label_smoothing,
                  Where where = Where::current());

struct StepResult {
  double loss = 0;           // mean over the target words, with label smoothing
  double gradient_norm = 0;  // before clipping
};

// What changes from step to step.
struct StepRates {
  double learning_rate = 0;
  double average_weight = 0;  // of the new parameters in their exponential average, where there is one
};

// Gradients to updates: clipping, the optimiser and, if asked for, an exponential average of the parameters.
struct ParameterUpdate {
  ParameterUpdate(Graph& graph, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                  const StepOptions& options, bool averaging);
  Updates updates;
  Tensor gradient_norm;                  // before clipping
  Tensor learning_rate, average_weight;  // inputs: StepRates
};

// What a batch's loss is divided by: its target words, or its sentences.
std::int64_t loss_count(const Batch& batch, const StepOptions& options);

// A compiled step: feeds a batch, gives the mean loss, updates the variables.
class TrainingStep {
 public:
  TrainingStep(const ModelConfig& config, const BatchShape& shape, const StepOptions& options,
               Variables& variables, bool averaging = false, const CompileOptions& compiling = {});

  // A device works from start() on; result() waits for it. The host can make the next batch in between.
  void start(const Batch& batch, const StepRates& rates);
  StepResult result() const;
  StepResult run(const Batch& batch, const StepRates& rates);  // both

  const Executable& executable() const { return *executable_; }
  Executable& executable() { return *executable_; }

 private:
  StepOptions options_;
  double to_words_ = 1;  // from the loss of the last batch to the mean over its words
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<BatchInputs> inputs_;
  std::unique_ptr<ParameterUpdate> update_;
  Tensor loss_;
  std::unique_ptr<Executable> executable_;
};

// One of several batches that make a step: adds its gradients to the variables accumulated/NAME.
class GradientStep {
 public:
  GradientStep(const ModelConfig& config, const BatchShape& shape, const StepOptions& options,
               Variables& variables, const CompileOptions& compiling = {});

  // `step_count`: the sum of loss_count() over all batches of the step. Gives this batch's part of their
  // loss.
  double run(const Batch& batch, std::int64_t step_count);

  const Executable& executable() const { return *executable_; }

 private:
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<BatchInputs> inputs_;
  Tensor loss_;
  std::unique_ptr<Executable> executable_;
};

// Updates the variables from the accumulated gradients, and sets these to zero.
class UpdateStep {
 public:
  UpdateStep(const ModelConfig& config, const StepOptions& options, Variables& variables,
             bool averaging = false, const CompileOptions& compiling = {});

  double run(const StepRates& rates);  // gives the gradients' norm

 private:
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<ParameterUpdate> update_;
  std::unique_ptr<Executable> executable_;
};

// The same without dropout, smoothing and update: for validation.
class ValidationStep {
 public:
  ValidationStep(const ModelConfig& config, const BatchShape& shape, Variables& variables);
  double run(const Batch& batch);  // the sum over all target words of -log p, in nats

 private:
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<BatchInputs> inputs_;
  Tensor loss_;
  std::unique_ptr<Executable> executable_;
};

// Variables under this prefix are zero between steps and no part of a checkpoint.
inline constexpr const char* accumulated_prefix = "accumulated/";

}  // namespace heed
