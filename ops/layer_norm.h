// Layer normalisation, Ba et al. 2016: each row to mean 0 and variance 1, then gain and bias.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// x [..., N], gain [N], bias [N] -> result [..., N], mean [...], inverse deviation [...].
// result = gain * (x - mean) * inverse + bias, inverse = 1 / sqrt(variance + epsilon), biased variance.
struct LayerNorm final : Op {
  explicit LayerNorm(double epsilon) : epsilon(epsilon) {}
  std::string_view name() const override { return "layer_norm"; }
  Attributes attributes() const override { return {{"epsilon", epsilon}}; }
  std::vector<std::string_view> input_names() const override { return {"x", "gain", "bias"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  bool may_overwrite(std::size_t output, std::size_t input) const override {
    return output == 0 && input == 0;
  }

  double epsilon;
};

// x, gain, mean, inverse deviation, gradient of the result -> gradients of x, gain and bias.
struct LayerNormGrad final : Op {
  std::string_view name() const override { return "layer_norm_grad"; }
  std::vector<std::string_view> input_names() const override {
    return {"x", "gain", "mean", "inverse", "gradient"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  bool may_overwrite(std::size_t output, std::size_t input) const override {
    return output == 0 && (input == 0 || input == 4);
  }
};

Tensor layer_norm(Tensor x, Tensor gain, Tensor bias, double epsilon = 1e-6, Where where = Where::current());

}  // namespace heed
