// Scaled dot-product attention over several heads, Vaswani et al. 2017, section 3.2.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

struct AttentionOptions {
  double scale = 1;                // multiplies the scores; the paper's is 1 / sqrt(size of a head)
  bool causal = false;             // query t sees keys 0 ... t only
  Tensor key_lengths{};            // [B] of i32: only that many leading keys of each row are seen
  Tensor bias{};                   // added to the scaled scores; broadcasts to [B, H, T, S]; differentiable
  double dropout = 0;              // of the weights
  std::string name = "attention";  // of the dropout's random stream, as dropout() takes it
};

// What an attention op is, inputs aside: which of the optional ones there are, in this order.
struct AttentionForm {
  double scale = 1;
  bool causal = false;
  bool lengths = false;      // key lengths [B] of i32
  bool bias = false;         // broadcasts to [B, H, T, S]
  double dropout = 0;        // if not 0: a random key
  std::uint32_t stream = 0;  // of the dropout

  Attributes attributes() const;
  std::vector<std::string_view> input_names(std::vector<std::string_view> operands) const;
};

// queries [B, T, H, D], keys [B, S, H, D], values [B, S, H, D], then what the form says
// -> result [B, T, H, D], log-sum-exp of the visible scores [B, H, T].
// A query that sees no key gets zeros, and no gradient flows through it; its log-sum-exp is -inf.
struct Attention final : Op {
  explicit Attention(const AttentionForm& form) : form(form) {}
  std::string_view name() const override { return "attention"; }
  Attributes attributes() const override { return form.attributes(); }
  std::vector<std::string_view> input_names() const override {
    return form.input_names({"queries", "keys", "values"});
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  AttentionForm form;
};

// queries, keys, values, result, log-sum-exp, gradient of the result, then what the form says
// -> gradients of queries, keys and values, and of the bias if there is one.
struct AttentionGrad final : Op {
  explicit AttentionGrad(const AttentionForm& form) : form(form) {}
  std::string_view name() const override { return "attention_grad"; }
  Attributes attributes() const override { return form.attributes(); }
  std::vector<std::string_view> input_names() const override {
    return form.input_names({"queries", "keys", "values", "result", "log_sum_exp", "gradient"});
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;

  AttentionForm form;
};

struct AttentionResult {
  Tensor result;       // [B, T, H, D]
  Tensor log_sum_exp;  // [B, H, T]
};
AttentionResult attention(Tensor queries, Tensor keys, Tensor values, const AttentionOptions& options,
                          Where where = Where::current());

// The weights [B, H, T, S] that gave `log_sum_exp`, for those who want to look at them; before dropout.
Tensor attention_weights(Tensor queries, Tensor keys, Tensor log_sum_exp, const AttentionOptions& options,
                         Where where = Where::current());

}  // namespace heed
