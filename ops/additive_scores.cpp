#include <algorithm>

#include <fmt/format.h>

#include <heed/ops/additive_scores.h>
#include <heed/ops/after.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/pad.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 22;  // of a [B, t, S, D] that is made at once

void require_operands(Types inputs) {
  const TensorType& q = inputs[0];
  const TensorType& k = inputs[1];
  const bool fits = q.shape.rank() == 3 && k.shape.rank() == 3 && k.shape[0] == q.shape[0] &&
                    k.shape[2] == q.shape[2] && k.dtype == q.dtype;
  if (!fits || !is_floating(q.dtype)) {
    throw ShapeError("queries must be [batch, targets, size], keys [batch, sources, size], floating-point");
  }
  const TensorType weight{q.dtype, {q.shape[2]}};
  if (inputs[2] == weight) return;
  throw ShapeError(fmt::format("weight must be {}, not {}", to_string(weight), to_string(inputs[2])));
}

TensorType scores_type(Types inputs) {
  return {inputs[0].dtype, inputs[0].shape.with(2, inputs[1].shape[1])};
}

// Some targets' share of a computation over [B, T, S, D].
struct Chunk {
  std::int64_t first, size;
};

std::vector<Chunk> chunks_of(const Tensor& queries, const Tensor& keys) {
  const std::int64_t targets = queries.shape()[1];
  const std::int64_t one = std::max<std::int64_t>(1, keys.shape().elements());  // [B, S, D]
  const std::int64_t size =
      std::clamp<std::int64_t>(most_elements / one, 1, std::max<std::int64_t>(1, targets));
  std::vector<Chunk> chunks;
  for (std::int64_t first = 0; first == 0 || first < targets; first += size) {
    chunks.push_back({first, std::min(size, targets - first)});
  }
  return chunks;
}

Tensor hidden_of(Tensor queries, Tensor keys) {
  return tanh(insert_axis(queries, 2) + insert_axis(keys, 1));  // [B, t, S, D]
}

}  // namespace

std::vector<TensorType> AdditiveScores::infer(Types inputs) const {
  require_operands(inputs);
  return {scores_type(inputs)};
}

Tensors AdditiveScores::expand(std::span<const Tensor> inputs) const {
  Tensors parts;
  for (const auto [first, size] : chunks_of(inputs[0], inputs[1])) {
    parts.push_back(sum(hidden_of(slice(inputs[0], 1, first, size), inputs[1]) * inputs[2], {3}));
  }
  return {concatenate(parts, 1)};
}

std::optional<Gradients> AdditiveScores::gradient(const Applied& forward,
                                                  std::span<const std::optional<Tensor>> outputs) const {
  const Tensor inputs[] = {forward.inputs[0], forward.inputs[1], forward.inputs[2], *outputs[0]};
  const Tensors grads = outputs[0]->graph().apply(std::make_shared<AdditiveScoresGrad>(), inputs);
  return Gradients{grads[0], grads[1], grads[2]};
}

std::vector<TensorType> AdditiveScoresGrad::infer(Types inputs) const {
  require_operands(inputs);
  if (inputs[3] != scores_type(inputs)) {
    throw ShapeError(
        fmt::format("gradient must be {}, not {}", to_string(scores_type(inputs)), to_string(inputs[3])));
  }
  return {inputs[0], inputs[1], inputs[2]};
}

Tensors AdditiveScoresGrad::expand(std::span<const Tensor> inputs) const {
  const auto [keys, weight] = std::pair(inputs[1], inputs[2]);
  Tensors grad_queries;
  Tensor grad_keys, grad_weight;
  for (const auto [first, size] : chunks_of(inputs[0], keys)) {
    const Tensor gradient = slice(inputs[3], 1, first, size);
    const Tensor queries = after(slice(inputs[0], 1, first, size), gradient);
    const Tensor hidden = hidden_of(queries, keys);
    const Tensor arriving = insert_axis(gradient, 3);
    const Tensor before = arriving * weight * (1.0 - square(hidden));  // of the sum inside the tanh
    const Tensor to_keys = sum(before, {1});
    const Tensor to_weight = sum(arriving * hidden, {0, 1, 2});
    grad_queries.push_back(sum(before, {2}));
    grad_keys = grad_keys ? grad_keys + to_keys : to_keys;
    grad_weight = grad_weight ? grad_weight + to_weight : to_weight;
  }
  return {concatenate(grad_queries, 1), grad_keys, grad_weight};
}

Tensor additive_scores(Tensor queries, Tensor keys, Tensor weight, Where where) {
  const Tensor inputs[] = {queries, keys, weight};
  return queries.graph().apply_one(std::make_shared<AdditiveScores>(), inputs, where);
}

}  // namespace heed
