#include <algorithm>

#include <fmt/format.h>

#include <heed/ops/after.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/projected_cross_entropy.h>
#include <heed/ops/reduce.h>
#include <heed/ops/require_type.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

constexpr std::int64_t most_scores = std::int64_t{1} << 21;  // of one chunk

std::int64_t classes_of(const ProjectionForm& form, const Shape& weight) {
  return weight[form.transposed ? 0 : 1];
}

struct Rows {
  std::int64_t first, size;
};

std::vector<Rows> chunks_of(const ProjectionForm& form, const Tensor& hidden, const Tensor& weight) {
  const std::int64_t rows = hidden.shape()[0];
  const std::int64_t by_size = most_scores / std::max<std::int64_t>(1, classes_of(form, weight.shape()));
  const std::int64_t chunk = std::max<std::int64_t>(1, form.chunk > 0 ? form.chunk : by_size);
  std::vector<Rows> chunks;
  for (std::int64_t first = 0; first == 0 || first < rows; first += chunk) {
    chunks.push_back({first, std::min(chunk, rows - first)});
  }
  return chunks;
}

Tensor rows_of(const Tensor& x, Rows rows) {
  return slice(x, 0, rows.first, rows.size);
}

Tensor scores_of(const ProjectionForm& form, Tensor hidden, Tensor weight, Tensor bias) {
  const Tensor scores = matmul(hidden, weight, {.transpose_b = form.transposed});
  return bias ? scores + bias : scores;
}

void require_operands(const ProjectionForm& form, Types inputs) {
  const TensorType& hidden = inputs[0];
  const TensorType& weight = inputs[1];
  if (hidden.shape.rank() != 2 || !is_floating(hidden.dtype)) {
    throw ShapeError("hidden must be floating-point rows [N, d]");
  }
  const bool fits = weight.shape.rank() == 2 && weight.dtype == hidden.dtype &&
                    weight.shape[form.transposed ? 1 : 0] == hidden.shape[1];
  if (!fits) {
    throw ShapeError(fmt::format("weight must be {}[{}] with d = {}, not {}", name_of(hidden.dtype),
                                 form.transposed ? "V, d" : "d, V", hidden.shape[1], to_string(weight)));
  }
  require_type("targets", {DType::i32, {hidden.shape[0]}}, inputs[2]);
}

void require_bias(const ProjectionForm& form, Types inputs, std::size_t at) {
  if (inputs.size() != at + form.bias) {
    throw ShapeError(fmt::format("takes {} inputs, not {}", at + form.bias, inputs.size()));
  }
  if (form.bias) require_type("bias", {inputs[0].dtype, {classes_of(form, inputs[1].shape)}}, inputs[at]);
}

}  // namespace

Attributes ProjectionForm::attributes() const {
  return {{"smoothing", smoothing}, {"transposed", transposed}, {"bias", bias}, {"chunk", chunk}};
}

std::vector<TensorType> ProjectedCrossEntropy::infer(Types inputs) const {
  require_operands(form, inputs);
  require_bias(form, inputs, 3);
  const TensorType row{inputs[0].dtype, {inputs[0].shape[0]}};
  const TensorType scores{row.dtype, row.shape.appended(classes_of(form, inputs[1].shape))};
  const TensorType unprojected[] = {scores, inputs[2]};
  return CrossEntropy(form.smoothing).infer(unprojected);
}

Tensors ProjectedCrossEntropy::expand(std::span<const Tensor> inputs) const {
  const Tensor bias = form.bias ? inputs[3] : Tensor{};
  Tensors losses, normalisers;
  for (const Rows rows : chunks_of(form, inputs[0], inputs[1])) {
    const Tensor scores = scores_of(form, rows_of(inputs[0], rows), inputs[1], bias);
    const Tensor row_inputs[] = {scores, rows_of(inputs[2], rows)};
    const Tensors row = scores.graph().apply(std::make_shared<CrossEntropy>(form.smoothing), row_inputs);
    losses.push_back(row[0]);
    normalisers.push_back(row[1]);
  }
  return {concatenate(losses, 0), concatenate(normalisers, 0)};
}

std::optional<Gradients> ProjectedCrossEntropy::gradient(
    const Applied& f, std::span<const std::optional<Tensor>> outputs) const {
  if (outputs[1]) return {};  // the log-sum-exp itself is differentiated: only the expansion knows how
  Tensors inputs{f.inputs[0], f.inputs[1], f.inputs[2], f.outputs[1], *outputs[0]};
  if (form.bias) inputs.push_back(f.inputs[3]);
  const Tensors grads = outputs[0]->graph().apply(std::make_shared<ProjectedCrossEntropyGrad>(form), inputs);
  Gradients gradients{grads[0], grads[1], std::nullopt};
  if (form.bias) gradients.emplace_back(grads[2]);
  return gradients;
}

std::vector<TensorType> ProjectedCrossEntropyGrad::infer(Types inputs) const {
  require_operands(form, inputs);
  require_bias(form, inputs, 5);
  std::vector<TensorType> types{inputs[0], inputs[1]};
  if (form.bias) types.push_back(inputs[5]);
  return types;
}

Tensors ProjectedCrossEntropyGrad::expand(std::span<const Tensor> inputs) const {
  const Tensor& weight = inputs[1];
  const Tensor bias = form.bias ? inputs[5] : Tensor{};
  Graph& graph = weight.graph();
  Tensors grad_hidden;
  Tensor grad_weight, grad_bias;
  for (const Rows rows : chunks_of(form, inputs[0], weight)) {
    const Tensor gradient = rows_of(inputs[4], rows);
    const Tensor hidden = after(rows_of(inputs[0], rows), gradient);
    const Tensor row_inputs[] = {scores_of(form, hidden, weight, bias), rows_of(inputs[2], rows),
                                 rows_of(inputs[3], rows), gradient};
    const Tensor scores = graph.apply_one(std::make_shared<CrossEntropyGrad>(form.smoothing), row_inputs);
    grad_hidden.push_back(matmul(scores, weight, {.transpose_b = !form.transposed}));
    const MatmulOptions onto{.transpose_a = true, .accumulate = grad_weight};
    grad_weight = form.transposed ? matmul(scores, hidden, onto) : matmul(hidden, scores, onto);
    if (!form.bias) continue;
    const Tensor to_bias = sum(scores, {0});
    grad_bias = grad_bias ? grad_bias + to_bias : to_bias;
  }
  Tensors gradients{concatenate(grad_hidden, 0), grad_weight};
  if (form.bias) gradients.push_back(grad_bias);
  return gradients;
}

Tensor projected_cross_entropy(Tensor hidden, Tensor weight, Tensor targets, const ProjectionOptions& options,
                               Where where) {
  const Shape shape = targets.shape();
  Tensors inputs{flatten_leading(hidden, where), weight, reshape(targets, {shape.elements()}, where)};
  if (options.bias) inputs.push_back(options.bias);
  const ProjectionForm form{options.smoothing, options.transposed, static_cast<bool>(options.bias),
                            options.chunk};
  const auto op = std::make_shared<ProjectedCrossEntropy>(form);
  return reshape(hidden.graph().apply(op, inputs, where).front(), shape, where);
}

}  // namespace heed
