#include <heed/autodiff/gradients.h>
#include <heed/models/training/optimizer.h>
#include <heed/models/training/training_graph.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

namespace heed {

BatchInputs::BatchInputs(Graph& graph, const BatchShape& shape, DType dtype)
    : source(graph.input("source", DType::i32, {shape.rows, shape.source_length})),
      source_lengths(graph.input("source_lengths", DType::i32, {shape.rows})),
      target_input(graph.input("target_input", DType::i32, {shape.rows, shape.target_length})),
      target_output(graph.input("target_output", DType::i32, {shape.rows, shape.target_length})),
      weights(graph.input("weights", dtype, {shape.rows, shape.target_length})),
      inverse_weight(graph.input("inverse_weight", dtype, {})) {}

Tensor batch_loss(Transformer& model, const BatchInputs& inputs, double label_smoothing, Where where) {
  Graph& graph = inputs.source.graph();
  const auto origin = graph.at(where);
  const Tensor memory = model.encode(inputs.source, inputs.source_lengths);
  const Tensor decoded = model.decode(inputs.target_input, memory, inputs.source_lengths);
  const Tensor losses =
      cross_entropy(model.logits(decoded), inputs.target_output, label_smoothing);  // [B, T]
  return graph.name(sum(losses * inputs.weights) * inputs.inverse_weight, "loss");
}

namespace {

float inverse_of(double total) {
  return total > 0 ? static_cast<float>(1 / total) : 0.0f;
}

}  // namespace

TrainingStep::TrainingStep(const TransformerConfig& config, const BatchShape& shape,
                           const StepOptions& options, Variables& variables)
    : graph_(std::make_unique<Graph>()) {
  Transformer model(*graph_, config);
  inputs_ = std::make_unique<BatchInputs>(*graph_, shape, config.dtype);
  learning_rate_ = graph_->input("learning_rate", config.dtype, {});
  loss_ = batch_loss(model, *inputs_, options.label_smoothing);
  const Tensors parameters = graph_->variables();
  const ClippedGradients clipped =
      clip_by_global_norm(gradients(loss_, parameters), options.largest_gradient);
  norm_ = clipped.norm;
  const Updates updates =
      adam(parameters, clipped.gradients,
           {.learning_rate = learning_rate_,
            .coefficients = {options.adam_beta1, options.adam_beta2, options.adam_epsilon}});
  executable_ = std::make_unique<Executable>(compile({loss_, norm_}, updates, variables));
}

TrainingStep::Result TrainingStep::run(const Batch& batch, double learning_rate) {
  const Array inverse = Array::scalar(inverse_of(static_cast<double>(batch.target_tokens)));
  const Array rate = Array::scalar(static_cast<float>(learning_rate));
  const auto [source, source_lengths, target_input, target_output, weights, scale] =
      inputs_->feeds(batch, inverse);
  executable_->run(
      {source, source_lengths, target_input, target_output, weights, scale, {learning_rate_, rate}});
  return {executable_->scalar(loss_), executable_->scalar(norm_)};
}

ValidationStep::ValidationStep(const TransformerConfig& config, const BatchShape& shape, Variables& variables)
    : graph_(std::make_unique<Graph>()) {
  TransformerConfig without_dropout = config;
  without_dropout.dropout = 0;
  Transformer model(*graph_, without_dropout);
  inputs_ = std::make_unique<BatchInputs>(*graph_, shape, config.dtype);
  loss_ = batch_loss(model, *inputs_, 0);
  executable_ = std::make_unique<Executable>(compile({loss_}, variables));
}

double ValidationStep::run(const Batch& batch) {
  const Array one = Array::scalar(1.0f);
  executable_->run(inputs_->feeds(batch, one));
  return executable_->scalar(loss_);
}

}  // namespace heed
