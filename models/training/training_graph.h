// One training step of the Transformer as a graph, for one shape of batch.
#pragma once

#include <array>
#include <memory>

#include <heed/backends/executable.h>
#include <heed/models/text/batches.h>
#include <heed/models/transformer/transformer.h>

namespace heed {

struct StepOptions {
  double label_smoothing = 0.1;
  double largest_gradient = 1.0;  // global norm after clipping
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.98;
  double adam_epsilon = 1e-9;
};

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
Tensor batch_loss(Transformer& model, const BatchInputs& inputs, double label_smoothing,
                  Where where = Where::current());

// A compiled step: feeds a batch, gives the mean loss, updates the variables.
class TrainingStep {
 public:
  TrainingStep(const TransformerConfig& config, const BatchShape& shape, const StepOptions& options,
               Variables& variables);

  struct Result {
    double loss = 0;           // mean over the target words, with label smoothing
    double gradient_norm = 0;  // before clipping
  };
  Result run(const Batch& batch, double learning_rate);

  const Executable& executable() const { return *executable_; }
  Executable& executable() { return *executable_; }

 private:
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<BatchInputs> inputs_;
  Tensor learning_rate_, loss_, norm_;
  std::unique_ptr<Executable> executable_;
};

// The same without dropout, smoothing and update: for validation.
class ValidationStep {
 public:
  ValidationStep(const TransformerConfig& config, const BatchShape& shape, Variables& variables);
  double run(const Batch& batch);  // the sum over all target words of -log p, in nats

 private:
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<BatchInputs> inputs_;
  Tensor loss_;
  std::unique_ptr<Executable> executable_;
};

}  // namespace heed
