#include <limits>

#include <fmt/format.h>

#include <heed/ops/attention.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/philox.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/require_type.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The optional inputs of a form, or nothing in the place of those that it lacks.
struct Extras {
  Tensor lengths, bias, key;
};

Extras extras_of(const AttentionForm& form, std::span<const Tensor> inputs) {
  Extras extras;
  std::size_t next = 0;
  if (form.lengths) extras.lengths = inputs[next++];
  if (form.bias) extras.bias = inputs[next++];
  if (form.dropout > 0) extras.key = inputs[next];
  return extras;
}

Tensor heads_first(Tensor x) {
  return transpose(x, {0, 2, 1, 3});
}  // [B, T, H, D] <-> [B, H, T, D]

// Scores of the visible keys, -inf elsewhere: [B, H, T, S].
Tensor masked_scores(const Tensor& queries, const Tensor& keys, const Extras& extras, double scale,
                     bool causal) {
  Tensor scores = matmul(heads_first(queries), heads_first(keys), {.transpose_b = true}) * scale;
  if (extras.bias) scores = scores + extras.bias;
  Graph& graph = queries.graph();
  const std::int64_t target = queries.shape()[1];
  const std::int64_t source = keys.shape()[1];
  const Tensor key = iota(graph, {DType::i32, {source}}, 0);
  if (causal) {
    const Tensor query = iota(graph, {DType::i32, {target, 1}}, 0);
    scores = select(less_equal(key, query), scores, -infinity);
  }
  if (extras.lengths) {
    const Tensor lengths = reshape(extras.lengths, {queries.shape()[0], 1, 1, 1});
    scores = select(less(key, lengths), scores, -infinity);
  }
  return scores;
}

// exp(scores - log_sum_exp), and 0 where there is nothing to see.
Tensor weights_from(const Tensor& scores, const Tensor& log_sum_exp) {
  const Tensor lse = insert_axis(log_sum_exp, -1);
  return exp(scores - select(is_finite(lse), lse, 0.0));
}

// Drops weights, or gradients on their way back to the weights: the same ones, as the stream is the same.
Tensor with_dropout(const AttentionForm& form, const Tensor& weights, const Extras& extras) {
  if (!extras.key) return weights;
  const Tensor inputs[] = {weights, extras.key};
  return weights.graph().apply_one(std::make_shared<Dropout>(form.dropout, form.stream), inputs);
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

void require_bias(const TensorType& bias, Types operands) {
  const Shape& q = operands[0].shape;
  const Shape scores{q[0], q[2], q[1], operands[1].shape[1]};
  if (bias.dtype == operands[0].dtype && broadcasts_to(bias.shape, scores)) return;
  throw ShapeError(fmt::format("bias must broadcast to {}, which {} does not",
                               to_string(TensorType{operands[0].dtype, scores}), to_string(bias)));
}

// The inputs behind the operands, which are the first `fixed`.
void require_extras(const AttentionForm& form, Types inputs, std::size_t fixed) {
  const std::size_t extras = std::size_t{form.lengths} + form.bias + (form.dropout != 0);
  if (inputs.size() != fixed + extras) {
    throw ShapeError(fmt::format("takes {} inputs, not {}", fixed + extras, inputs.size()));
  }
  if (!(form.dropout >= 0 && form.dropout < 1)) {
    throw ShapeError(fmt::format("dropout must be in [0, 1), not {}", form.dropout));
  }
  std::size_t next = fixed;
  if (form.lengths) require_type("key_lengths", {DType::i32, {inputs[0].shape[0]}}, inputs[next++]);
  if (form.bias) require_bias(inputs[next++], inputs);
  if (form.dropout > 0) require_type("the random key", {DType::u32, {4}}, inputs[next]);
}

TensorType statistic_type(const TensorType& q) {
  return {q.dtype, {q.shape[0], q.shape[2], q.shape[1]}};
}

}  // namespace

Attributes AttentionForm::attributes() const {
  Attributes attributes{{"scale", scale}, {"causal", causal}};
  if (lengths) attributes.push_back({"lengths", true});
  if (bias) attributes.push_back({"bias", true});
  if (dropout != 0) {
    attributes.push_back({"dropout", dropout});
    attributes.push_back({"stream", std::int64_t{stream}});
  }
  return attributes;
}

std::vector<std::string_view> AttentionForm::input_names(std::vector<std::string_view> operands) const {
  if (lengths) operands.push_back("key_lengths");
  if (bias) operands.push_back("bias");
  if (dropout != 0) operands.push_back("random_key");
  return operands;
}

std::vector<TensorType> Attention::infer(Types inputs) const {
  require_operands(inputs);
  require_extras(form, inputs, 3);
  return {inputs[0], statistic_type(inputs[0])};
}

Tensors Attention::expand(std::span<const Tensor> inputs) const {
  const Extras extras = extras_of(form, inputs.subspan(3));
  const Tensor scores = masked_scores(inputs[0], inputs[1], extras, form.scale, form.causal);
  const Tensor largest = stop_gradient(reduce_max(scores, {-1}, true));
  const Tensor shift = select(is_finite(largest), largest, 0.0);
  const Tensor raised = exp(scores - shift);
  const Tensor total = sum(raised, {-1}, true);
  const Tensor something = greater(total, 0.0);
  const Tensor weights = select(something, raised / select(something, total, 1.0), 0.0);
  const Tensor result = heads_first(matmul(with_dropout(form, weights, extras), heads_first(inputs[2])));
  return {result, reshape(log(total) + shift, statistic_type(inputs[0].type()).shape)};
}

std::optional<Gradients> Attention::gradient(const Applied& f,
                                             std::span<const std::optional<Tensor>> outputs) const {
  if (outputs[1]) return {};  // the log-sum-exp itself is differentiated: only the expansion knows how
  Tensors inputs{f.inputs[0], f.inputs[1], f.inputs[2], f.outputs[0], f.outputs[1], *outputs[0]};
  inputs.insert(inputs.end(), f.inputs.begin() + 3, f.inputs.end());
  const Tensors grads = outputs[0]->graph().apply(std::make_shared<AttentionGrad>(form), inputs);
  Gradients gradients(grads.begin(), grads.begin() + 3);
  gradients.resize(f.inputs.size());
  if (form.bias) gradients[form.lengths ? 4 : 3] = grads[3];
  return gradients;
}

std::vector<TensorType> AttentionGrad::infer(Types inputs) const {
  require_operands(inputs);
  if (inputs[3] != inputs[0] || inputs[5] != inputs[0] || inputs[4] != statistic_type(inputs[0])) {
    throw ShapeError("result, log_sum_exp and gradient must be those of the forward op");
  }
  require_extras(form, inputs, 6);
  std::vector<TensorType> types{inputs[0], inputs[1], inputs[2]};
  if (form.bias) types.push_back(inputs[form.lengths ? 7 : 6]);
  return types;
}

Tensors AttentionGrad::expand(std::span<const Tensor> inputs) const {
  const Extras extras = extras_of(form, inputs.subspan(6));
  const Tensor weights = weights_from(masked_scores(inputs[0], inputs[1], extras, form.scale, form.causal),
                                      inputs[4]);  // [B, H, T, S]
  const Tensor g = heads_first(inputs[5]);
  const Tensor grad_values = matmul(with_dropout(form, weights, extras), g, {.transpose_a = true});
  const Tensor grad_dropped = matmul(g, heads_first(inputs[2]), {.transpose_b = true});
  const Tensor grad_weights = with_dropout(form, grad_dropped, extras);
  const Tensor shared = sum(g * heads_first(inputs[3]), {-1}, true);
  const Tensor grad_biased = weights * (grad_weights - shared);
  const Tensor grad_scores = grad_biased * form.scale;
  const Tensor grad_queries = matmul(grad_scores, heads_first(inputs[1]));
  const Tensor grad_keys = matmul(grad_scores, heads_first(inputs[0]), {.transpose_a = true});
  Tensors gradients{heads_first(grad_queries), heads_first(grad_keys), heads_first(grad_values)};
  if (extras.bias) gradients.push_back(sum_to(grad_biased, extras.bias.shape()));
  return gradients;
}

AttentionResult attention(Tensor queries, Tensor keys, Tensor values, const AttentionOptions& options,
                          Where where) {
  Graph& graph = queries.graph();
  AttentionForm form{options.scale, options.causal, static_cast<bool>(options.key_lengths),
                     static_cast<bool>(options.bias), options.dropout};
  Tensors inputs{queries, keys, values};
  if (form.lengths) inputs.push_back(options.key_lengths);
  if (form.bias) inputs.push_back(options.bias);
  if (form.dropout != 0) {
    form.stream = stream_of(graph.unique_name(options.name));
    inputs.push_back(random_key(graph, where));
  }
  const Tensors outputs = graph.apply(std::make_shared<Attention>(form), inputs, where);
  return {outputs[0], outputs[1]};
}

Tensor attention_weights(Tensor queries, Tensor keys, Tensor log_sum_exp, const AttentionOptions& options,
                         Where where) {
  const auto origin = queries.graph().at(where);
  const Extras extras{options.key_lengths, options.bias, {}};
  return weights_from(masked_scores(queries, keys, extras, options.scale, options.causal), log_sum_exp);
}

}  // namespace heed
