// Cross-entropy of class scores against target classes, with label smoothing.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// logits [..., V], targets [...] of i32 in [0, V) -> losses [...], log-sum-exp [...].
// The target distribution is 1 - s + s/V for the right class and s/V for each other (Szegedy et al. 2016,
// as in PyTorch); natural logarithm. Weighting and averaging rows is the caller's: a row whose loss is
// multiplied by 0 has no gradient.
struct CrossEntropy final : Op {
  explicit CrossEntropy(double smoothing) : smoothing(smoothing) {}
  std::string_view name() const override { return "cross_entropy"; }
  Attributes attributes() const override { return {{"smoothing", smoothing}}; }
  std::vector<std::string_view> input_names() const override { return {"logits", "targets"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  double smoothing;
};

// logits, targets, log-sum-exp, gradient of the losses -> gradient of the logits, which may replace them.
struct CrossEntropyGrad final : Op {
  explicit CrossEntropyGrad(double smoothing) : smoothing(smoothing) {}
  std::string_view name() const override { return "cross_entropy_grad"; }
  Attributes attributes() const override { return {{"smoothing", smoothing}}; }
  std::vector<std::string_view> input_names() const override {
    return {"logits", "targets", "log_sum_exp", "gradient"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  bool may_overwrite(std::size_t output, std::size_t input) const override {
    return output == 0 && input == 0;
  }

  double smoothing;
};

// The loss of each row.
Tensor cross_entropy(Tensor logits, Tensor targets, double smoothing = 0, Where where = Where::current());

}  // namespace heed
