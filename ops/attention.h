// Scaled dot-product attention over several heads, Vaswani et al. 2017, section 3.2.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

struct AttentionOptions {
  double scale = 1;      // multiplies the scores; the paper's is 1 / sqrt(size of a head)
  bool causal = false;   // query t sees keys 0 ... t only
  Tensor key_lengths{};  // [B] of i32: only that many leading keys of each row are seen
};

// queries [B, T, H, D], keys [B, S, H, D], values [B, S, H, D], optionally key lengths [B] of i32
// -> result [B, T, H, D], log-sum-exp of the visible scores [B, H, T].
// A query that sees no key gets zeros, and no gradient flows through it; its log-sum-exp is -inf.
struct Attention final : Op {
  Attention(double scale, bool causal) : scale(scale), causal(causal) {}
  std::string_view name() const override { return "attention"; }
  Attributes attributes() const override { return {{"scale", scale}, {"causal", causal}}; }
  std::vector<std::string_view> input_names() const override {
    return {"queries", "keys", "values", "key_lengths"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  double scale;
  bool causal;
};

// queries, keys, values, result, log-sum-exp, gradient of the result, optionally key lengths
// -> gradients of queries, keys and values.
struct AttentionGrad final : Op {
  AttentionGrad(double scale, bool causal) : scale(scale), causal(causal) {}
  std::string_view name() const override { return "attention_grad"; }
  Attributes attributes() const override { return {{"scale", scale}, {"causal", causal}}; }
  std::vector<std::string_view> input_names() const override {
    return {"queries", "keys", "values", "result", "log_sum_exp", "gradient", "key_lengths"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;

  double scale;
  bool causal;
};

struct AttentionResult {
  Tensor result;       // [B, T, H, D]
  Tensor log_sum_exp;  // [B, H, T]
};
AttentionResult attention(Tensor queries, Tensor keys, Tensor values, const AttentionOptions& options,
                          Where where = Where::current());

// The weights [B, H, T, S] that gave `log_sum_exp`, for those who want to look at them.
Tensor attention_weights(Tensor queries, Tensor keys, Tensor log_sum_exp, const AttentionOptions& options,
                         Where where = Where::current());

}  // namespace heed
