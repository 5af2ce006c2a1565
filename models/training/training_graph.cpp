#include <map>

#include <heed/autodiff/gradients.h>
#include <heed/graph/sources.h>
#include <heed/models/training/checkpoint.h>
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

Array inverse_of(std::int64_t words) {
  return Array::scalar(words > 0 ? static_cast<float>(1 / static_cast<double>(words)) : 0.0f);
}

Array scalar_of(double number) {
  return Array::scalar(static_cast<float>(number));
}

Tensor variable_beside(const char* prefix, const Tensor& parameter) {
  return parameter.graph().variable(prefix + variable_name(parameter), parameter.dtype(), parameter.shape(),
                                    zeros());
}

}  // namespace

ParameterUpdate::ParameterUpdate(Graph& graph, std::span<const Tensor> parameters,
                                 std::span<const Tensor> gradients, const StepOptions& options,
                                 bool averaging) {
  const DType dtype = parameters.front().dtype();
  learning_rate = graph.input("learning_rate", dtype, {});
  average_weight = graph.input("average_weight", dtype, {});
  const ClippedGradients clipped = clip_by_global_norm(gradients, options.largest_gradient);
  gradient_norm = clipped.norm;
  updates = adam(parameters, clipped.gradients,
                 {.learning_rate = learning_rate,
                  .coefficients = {options.adam_beta1, options.adam_beta2, options.adam_epsilon}});
  if (!averaging) return;
  std::map<std::string, Tensor> next;
  for (const Update& update : updates) {
    const std::span<const OutputId> inputs = graph.node(update.node).inputs;  // the variable, and its value
    next.emplace(variable_name(graph.tensor(inputs[0])), graph.tensor(inputs[1]));
  }
  for (const Tensor& parameter : parameters) {
    const Tensor average = variable_beside(average_prefix, parameter);
    const Tensor change = next.at(variable_name(parameter)) - average;
    updates.push_back(graph.assign(average, average + change * average_weight));
  }
}

TrainingStep::TrainingStep(const TransformerConfig& config, const BatchShape& shape,
                           const StepOptions& options, Variables& variables, bool averaging,
                           const CompileOptions& compiling)
    : graph_(std::make_unique<Graph>()) {
  Transformer model(*graph_, config);
  inputs_ = std::make_unique<BatchInputs>(*graph_, shape, config.dtype);
  loss_ = batch_loss(model, *inputs_, options.label_smoothing);
  const Tensors parameters = graph_->variables();
  update_ = std::make_unique<ParameterUpdate>(*graph_, parameters, gradients(loss_, parameters), options,
                                              averaging);
  executable_ = std::make_unique<Executable>(
      compile({loss_, update_->gradient_norm}, update_->updates, variables, compiling));
}

StepResult TrainingStep::run(const Batch& batch, const StepRates& rates) {
  const Array inverse = inverse_of(batch.target_tokens);
  const Array rate = scalar_of(rates.learning_rate), average = scalar_of(rates.average_weight);
  const auto [source, source_lengths, target_input, target_output, weights, scale] =
      inputs_->feeds(batch, inverse);
  executable_->run({source,
                    source_lengths,
                    target_input,
                    target_output,
                    weights,
                    scale,
                    {update_->learning_rate, rate},
                    {update_->average_weight, average}});
  return {executable_->scalar(loss_), executable_->scalar(update_->gradient_norm)};
}

GradientStep::GradientStep(const TransformerConfig& config, const BatchShape& shape,
                           const StepOptions& options, Variables& variables, const CompileOptions& compiling)
    : graph_(std::make_unique<Graph>()) {
  Transformer model(*graph_, config);
  inputs_ = std::make_unique<BatchInputs>(*graph_, shape, config.dtype);
  loss_ = batch_loss(model, *inputs_, options.label_smoothing);
  const Tensors parameters = graph_->variables();
  const Tensors found = gradients(loss_, parameters);
  Updates updates;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor sum = variable_beside(accumulated_prefix, parameters[i]);
    updates.push_back(graph_->assign(sum, sum + found[i]));
  }
  executable_ = std::make_unique<Executable>(compile({loss_}, updates, variables, compiling));
}

double GradientStep::run(const Batch& batch, std::int64_t step_words) {
  executable_->run(inputs_->feeds(batch, inverse_of(step_words)));
  return executable_->scalar(loss_);
}

UpdateStep::UpdateStep(const TransformerConfig& config, const StepOptions& options, Variables& variables,
                       bool averaging, const CompileOptions& compiling)
    : graph_(std::make_unique<Graph>()) {
  Transformer model(*graph_, config);
  const Tensors parameters = graph_->variables();
  Tensors sums;
  for (const Tensor& parameter : parameters) sums.push_back(variable_beside(accumulated_prefix, parameter));
  update_ = std::make_unique<ParameterUpdate>(*graph_, parameters, sums, options, averaging);
  Updates updates = update_->updates;
  for (const Tensor& sum : sums) updates.push_back(graph_->assign(sum, zeros_like(sum)));
  executable_ =
      std::make_unique<Executable>(compile({update_->gradient_norm}, updates, variables, compiling));
}

double UpdateStep::run(const StepRates& rates) {
  const Array rate = scalar_of(rates.learning_rate), average = scalar_of(rates.average_weight);
  executable_->run({{update_->learning_rate, rate}, {update_->average_weight, average}});
  return executable_->scalar(update_->gradient_norm);
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
