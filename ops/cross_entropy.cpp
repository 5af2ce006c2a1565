#include <fmt/format.h>

#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Where each row's own class is: [..., V] of booleans.
Tensor is_target(const Tensor& logits, const Tensor& targets) {
  const Tensor classes = iota(logits.graph(), {DType::i32, {logits.shape()[-1]}}, 0);
  return equal(insert_axis(targets, -1), classes);
}

void require_smoothing(double smoothing) {
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw ShapeError(fmt::format("smoothing must be in [0, 1), not {}", smoothing));
  }
}

}  // namespace

std::vector<TensorType> CrossEntropy::infer(Types inputs) const {
  require_smoothing(smoothing);
  const TensorType& logits = inputs[0];
  if (!is_floating(logits.dtype) || logits.shape.rank() < 1 || logits.shape[-1] < 1) {
    throw ShapeError("logits must be floating-point with at least one class");
  }
  const TensorType expected{DType::i32, logits.shape.without(-1)};
  if (inputs[1] != expected) {
    throw ShapeError(fmt::format("targets must be {}, not {}", to_string(expected), to_string(inputs[1])));
  }
  return {{logits.dtype, expected.shape}, {logits.dtype, expected.shape}};
}

Tensors CrossEntropy::expand(std::span<const Tensor> inputs) const {
  const Tensor& logits = inputs[0];
  const double classes = static_cast<double>(logits.shape()[-1]);
  const Tensor normaliser = log_sum_exp(logits, -1);
  const Tensor picked = sum(select(is_target(logits, inputs[1]), logits, 0.0), {-1});
  Tensor losses = normaliser - picked * (1 - smoothing);
  if (smoothing > 0) losses = losses - sum(logits, {-1}) * (smoothing / classes);
  return {losses, normaliser};
}

std::optional<Gradients> CrossEntropy::gradient(const Applied& f,
                                                std::span<const std::optional<Tensor>> outputs) const {
  if (outputs[1]) return {};  // the log-sum-exp itself is differentiated: only the expansion knows how
  const Tensor inputs[] = {f.inputs[0], f.inputs[1], f.outputs[1], *outputs[0]};
  return Gradients{outputs[0]->graph().apply_one(std::make_shared<CrossEntropyGrad>(smoothing), inputs),
                   std::nullopt};
}

std::vector<TensorType> CrossEntropyGrad::infer(Types inputs) const {
  return {inputs[0]};
}

Tensors CrossEntropyGrad::expand(std::span<const Tensor> inputs) const {
  const Tensor& logits = inputs[0];
  const double share = smoothing / static_cast<double>(logits.shape()[-1]);
  const Tensor probability = exp(logits - insert_axis(inputs[2], -1));
  const Tensor wanted =
      select(is_target(logits, inputs[1]), scalar_like(logits, 1 - smoothing + share), share);
  return {(probability - wanted) * insert_axis(inputs[3], -1)};
}

Tensor cross_entropy(Tensor logits, Tensor targets, double smoothing, Where where) {
  const Tensor inputs[] = {logits, targets};
  return logits.graph().apply(std::make_shared<CrossEntropy>(smoothing), inputs, where).front();
}

}  // namespace heed
