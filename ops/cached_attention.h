// Attention of one query a row to keys and values that lie where some row wrote them: what decoding a beam
// needs.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// queries [B, 1, H, D], keys [R, S, H, D], values [R, S, H, D], lengths [B] and rows [B, S] of i32
// -> result [B, 1, H, D]. Key s of row b is keys[rows[b, s], s], and so for values; a row outside [0, R)
// holds zeros. The first lengths[b] keys are seen; a query that sees none gets zeros. When hypotheses change
// places, `rows` is all that has to change.
struct CachedAttention final : Op {
  explicit CachedAttention(double scale) : scale(scale) {}
  std::string_view name() const override { return "cached_attention"; }
  Attributes attributes() const override { return {{"scale", scale}}; }
  std::vector<std::string_view> input_names() const override {
    return {"queries", "keys", "values", "lengths", "rows"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied&, std::span<const std::optional<Tensor>>) const override {
    return {};  // that of the expansion
  }

  double scale;  // multiplies the scores
};

struct CachedAttentionOptions {
  double scale = 1;
  Tensor lengths, rows;
};
Tensor cached_attention(Tensor queries, Tensor keys, Tensor values, const CachedAttentionOptions& options,
                        Where where = Where::current());

}  // namespace heed
