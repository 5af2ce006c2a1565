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

Tensor batch_loss(TranslationModel& model, const BatchInputs& inputs, double label_smoothing, Where where) {
  Graph& graph = inputs.source.graph();
  const auto origin = graph.at(where);
  const Tensor scores = model.scores(inputs.source, inputs.source_lengths, inputs.target_input);
  const Tensor losses = cross_entropy(scores, inputs.target_output, label_smoothing);  // [B, T]
  return graph.name(sum(losses * inputs.weights) * inputs.inverse_weight, "loss");
}

namespace {

Array inverse_of(std::int64_t count) {
  return Array::scalar(count > 0 ? static_cast<float>(1 / static_cast<double>(count)) : 0.0f);
}

Array scalar_of(double number) {
  return Array::scalar(static_cast<float>(number));
}

Tensor variable_beside(const char* prefix, const Tensor& parameter) {
  return parameter.graph().variable(prefix + variable_name(parameter), parameter.dtype(), parameter.shape(),
                                    zeros());
}

Updates optimizer_updates(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                          Tensor learning_rate, const StepOptions& options) {
  switch (options.optimizer) {
    case OptimizerKind::adam:
      break;
    case OptimizerKind::adadelta:
      return adadelta(parameters, gradients, {.learning_rate = learning_rate});
    case OptimizerKind::sgd:
      return sgd(parameters, gradients, {.learning_rate = learning_rate});
  }
  return adam(parameters, gradients,
              {.learning_rate = learning_rate,
               .coefficients = {options.adam_beta1, options.adam_beta2, options.adam_epsilon}});
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
  updates = optimizer_updates(parameters, clipped.gradients, learning_rate, options);
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

namespace {

// Where products take float16, which holds nothing below 6e-8, gradients are computed of a larger loss:
// Micikevicius et al. 2018, section 3.2. A power of two changes no bit of what fits.
constexpr double float16_loss_scale = 1024;

Tensors parameter_gradients(const Tensor& loss, const Tensors& parameters, Precision precision) {
  if (precision != Precision::f16) return gradients(loss, parameters);
  Tensors found = gradients(loss * float16_loss_scale, parameters);
  for (Tensor& gradient : found) gradient = gradient * (1 / float16_loss_scale);
  return found;
}

}  // namespace

TrainingStep::TrainingStep(const ModelConfig& config, const BatchShape& shape, const StepOptions& options,
                           Variables& variables, bool averaging, const CompileOptions& compiling)
    : options_(options), graph_(std::make_unique<Graph>()) {
  const auto model = make_model(*graph_, config);
  inputs_ = std::make_unique<BatchInputs>(*graph_, shape, dtype_of(config));
  loss_ = batch_loss(*model, *inputs_, options.label_smoothing);
  const Tensors parameters = graph_->variables();
  update_ = std::make_unique<ParameterUpdate>(
      *graph_, parameters, parameter_gradients(loss_, parameters, compiling.precision), options, averaging);
  executable_ = std::make_unique<Executable>(
      compile({loss_, update_->gradient_norm}, update_->updates, variables, compiling));
}

std::int64_t loss_count(const Batch& batch, const StepOptions& options) {
  return options.mean_over_sentences ? std::ssize(batch.pairs) : batch.target_tokens;
}

void TrainingStep::start(const Batch& batch, const StepRates& rates) {
  const std::int64_t count = loss_count(batch, options_);
  const Array inverse = inverse_of(count);
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
  to_words_ = static_cast<double>(count) / static_cast<double>(batch.target_tokens);
}

StepResult TrainingStep::result() const {
  return {executable_->scalar(loss_) * to_words_, executable_->scalar(update_->gradient_norm)};
}

StepResult TrainingStep::run(const Batch& batch, const StepRates& rates) {
  start(batch, rates);
  return result();
}

GradientStep::GradientStep(const ModelConfig& config, const BatchShape& shape, const StepOptions& options,
                           Variables& variables, const CompileOptions& compiling)
    : graph_(std::make_unique<Graph>()) {
  const auto model = make_model(*graph_, config);
  inputs_ = std::make_unique<BatchInputs>(*graph_, shape, dtype_of(config));
  loss_ = batch_loss(*model, *inputs_, options.label_smoothing);
  const Tensors parameters = graph_->variables();
  const Tensors found = parameter_gradients(loss_, parameters, compiling.precision);
  Updates updates;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor sum = variable_beside(accumulated_prefix, parameters[i]);
    updates.push_back(graph_->assign(sum, sum + found[i]));
  }
  executable_ = std::make_unique<Executable>(compile({loss_}, updates, variables, compiling));
}

double GradientStep::run(const Batch& batch, std::int64_t step_count) {
  executable_->run(inputs_->feeds(batch, inverse_of(step_count)));
  return executable_->scalar(loss_);
}

UpdateStep::UpdateStep(const ModelConfig& config, const StepOptions& options, Variables& variables,
                       bool averaging, const CompileOptions& compiling)
    : graph_(std::make_unique<Graph>()) {
  make_model(*graph_, config);
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

ValidationStep::ValidationStep(const ModelConfig& config, const BatchShape& shape, Variables& variables)
    : graph_(std::make_unique<Graph>()) {
  const auto model = make_model(*graph_, without_dropout(config));
  inputs_ = std::make_unique<BatchInputs>(*graph_, shape, dtype_of(config));
  loss_ = batch_loss(*model, *inputs_, 0);
  executable_ = std::make_unique<Executable>(compile({loss_}, variables));
}

double ValidationStep::run(const Batch& batch) {
  const Array one = Array::scalar(1.0f);
  executable_->run(inputs_->feeds(batch, one));
  return executable_->scalar(loss_);
}

}  // namespace heed
