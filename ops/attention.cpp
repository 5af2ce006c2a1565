#include <limits>

#include <fmt/format.h>

#include <heed/ops/attention.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor heads_first(Tensor x) {
  return transpose(x, {0, 2, 1, 3});
}  // [B, T, H, D] <-> [B, H, T, D]

// Scores of the visible keys, -inf elsewhere: [B, H, T, S].
Tensor masked_scores(const Tensor& queries, const Tensor& keys, const Tensor& lengths, double scale,
                     bool causal) {
  Tensor scores = matmul(heads_first(queries), heads_first(keys), {.transpose_b = true}) * scale;
  Graph& graph = queries.graph();
  const std::int64_t target = queries.shape()[1];
  const std::int64_t source = keys.shape()[1];
  const Tensor key = iota(graph, {DType::i32, {source}}, 0);
  if (causal) {
    const Tensor query = iota(graph, {DType::i32, {target, 1}}, 0);
    scores = select(less_equal(key, query), scores, -infinity);
  }
  if (lengths) scores = select(less(key, reshape(lengths, {queries.shape()[0], 1, 1, 1})), scores, -infinity);
  return scores;
}

// exp(scores - log_sum_exp), and 0 where there is nothing to see.
Tensor weights_from(const Tensor& scores, const Tensor& log_sum_exp) {
  const Tensor lse = insert_axis(log_sum_exp, -1);
  return exp(scores - select(is_finite(lse), lse, 0.0));
}

void require_operands(Types inputs) {
  const TensorType& q = inputs[0];
  if (q.shape.rank() != 4 || inputs[1].shape.rank() != 4) {
    throw ShapeError("queries, keys and values must be [batch, length, heads, size of a head]");
  }
  const TensorType expected{q.dtype, q.shape.with(1, inputs[1].shape[1])};
  if (inputs[1] != expected || inputs[2] != expected) {
    throw ShapeError(
        fmt::format("keys and values must both be {} to go with these queries", to_string(expected)));
  }
  if (!is_floating(q.dtype)) throw ShapeError("queries must be floating-point");
}

void require_lengths(const TensorType& lengths, const TensorType& queries) {
  const TensorType expected{DType::i32, {queries.shape[0]}};
  if (lengths != expected) {
    throw ShapeError(fmt::format("key_lengths must be {}, not {}", to_string(expected), to_string(lengths)));
  }
}

TensorType statistic_type(const TensorType& q) {
  return {q.dtype, {q.shape[0], q.shape[2], q.shape[1]}};
}

}  // namespace

std::vector<TensorType> Attention::infer(Types inputs) const {
  require_operands(inputs);
  if (inputs.size() > 3) require_lengths(inputs[3], inputs[0]);
  return {inputs[0], statistic_type(inputs[0])};
}

Tensors Attention::expand(std::span<const Tensor> inputs) const {
  const Tensor lengths = inputs.size() > 3 ? inputs[3] : Tensor{};
  const Tensor scores = masked_scores(inputs[0], inputs[1], lengths, scale, causal);
  const Tensor largest = stop_gradient(reduce_max(scores, {-1}, true));
  const Tensor shift = select(is_finite(largest), largest, 0.0);
  const Tensor raised = exp(scores - shift);
  const Tensor total = sum(raised, {-1}, true);
  const Tensor something = greater(total, 0.0);
  const Tensor weights = select(something, raised / select(something, total, 1.0), 0.0);
  const Tensor result = heads_first(matmul(weights, heads_first(inputs[2])));
  return {result, reshape(log(total) + shift, statistic_type(inputs[0].type()).shape)};
}

std::optional<Gradients> Attention::gradient(const Applied& f,
                                             std::span<const std::optional<Tensor>> outputs) const {
  if (outputs[1]) return {};  // the log-sum-exp itself is differentiated: only the expansion knows how
  Tensors inputs{f.inputs[0], f.inputs[1], f.inputs[2], f.outputs[0], f.outputs[1], *outputs[0]};
  if (f.inputs.size() > 3) inputs.push_back(f.inputs[3]);
  const Tensors grads = outputs[0]->graph().apply(std::make_shared<AttentionGrad>(scale, causal), inputs);
  Gradients gradients(grads.begin(), grads.end());
  gradients.resize(f.inputs.size());
  return gradients;
}

std::vector<TensorType> AttentionGrad::infer(Types inputs) const {
  require_operands(inputs);
  if (inputs[3] != inputs[0] || inputs[5] != inputs[0] || inputs[4] != statistic_type(inputs[0])) {
    throw ShapeError("result, log_sum_exp and gradient must be those of the forward op");
  }
  if (inputs.size() > 6) require_lengths(inputs[6], inputs[0]);
  return {inputs[0], inputs[1], inputs[2]};
}

Tensors AttentionGrad::expand(std::span<const Tensor> inputs) const {
  const Tensor lengths = inputs.size() > 6 ? inputs[6] : Tensor{};
  const Tensor weights =
      weights_from(masked_scores(inputs[0], inputs[1], lengths, scale, causal), inputs[4]);  // [B, H, T, S]
  const Tensor g = heads_first(inputs[5]);
  const Tensor grad_values = matmul(weights, g, {.transpose_a = true});
  const Tensor grad_weights = matmul(g, heads_first(inputs[2]), {.transpose_b = true});
  const Tensor shared = sum(g * heads_first(inputs[3]), {-1}, true);
  const Tensor grad_scores = weights * (grad_weights - shared) * scale;
  const Tensor grad_queries = matmul(grad_scores, heads_first(inputs[1]));
  const Tensor grad_keys = matmul(grad_scores, heads_first(inputs[0]), {.transpose_a = true});
  return {heads_first(grad_queries), heads_first(grad_keys), heads_first(grad_values)};
}

AttentionResult attention(Tensor queries, Tensor keys, Tensor values, const AttentionOptions& options,
                          Where where) {
  Tensors inputs{queries, keys, values};
  if (options.key_lengths) inputs.push_back(options.key_lengths);
  const Tensors outputs =
      queries.graph().apply(std::make_shared<Attention>(options.scale, options.causal), inputs, where);
  return {outputs[0], outputs[1]};
}

Tensor attention_weights(Tensor queries, Tensor keys, Tensor log_sum_exp, const AttentionOptions& options,
                         Where where) {
  const auto origin = queries.graph().at(where);
  const Tensor scores = masked_scores(queries, keys, options.key_lengths, options.scale, options.causal);
  return weights_from(scores, log_sum_exp);
}

}  // namespace heed
