#include <heed/ops/attention.h>
#include <heed/ops/cached_attention.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/random.h>
#include <heed/ops/require_type.h>
#include <heed/ops/views.h>

namespace heed {

std::vector<TensorType> CachedAttention::infer(Types inputs) const {
  const TensorType &q = inputs[0], &k = inputs[1];
  if (q.shape.rank() != 4 || k.shape.rank() != 4 || q.shape[1] != 1) {
    throw ShapeError(
        "queries must be [batch, 1, heads, size of a head], keys and values [rows, length, heads, size]");
  }
  if (!is_floating(q.dtype)) throw ShapeError("queries must be floating-point");
  const TensorType expected{q.dtype, {k.shape[0], k.shape[1], q.shape[2], q.shape[3]}};
  require_type("keys", expected, k);
  require_type("values", expected, inputs[2]);
  require_type("lengths", {DType::i32, {q.shape[0]}}, inputs[3]);
  require_type("rows", {DType::i32, {q.shape[0], k.shape[1]}}, inputs[4]);
  return {q};
}

Tensors CachedAttention::expand(std::span<const Tensor> inputs) const {
  const Shape& cache = inputs[1].shape();
  const Tensor position = iota(inputs[0].graph(), {DType::i32, {cache[1]}}, 0);
  const Tensor places = inputs[4] * static_cast<double>(cache[1]) + position;  // [B, S]
  const auto in_order = [&](const Tensor& x) {
    return gather_rows(reshape(x, {cache[0] * cache[1], cache[2], cache[3]}), places);
  };
  return {attention(inputs[0], in_order(inputs[1]), in_order(inputs[2]),
                    {.scale = scale, .key_lengths = inputs[3]})
              .result};
}

Tensor cached_attention(Tensor queries, Tensor keys, Tensor values, const CachedAttentionOptions& options,
                        Where where) {
  const Tensor inputs[] = {queries, keys, values, options.lengths, options.rows};
  return queries.graph().apply_one(std::make_shared<CachedAttention>(options.scale), inputs, where);
}

}  // namespace heed
