// stop_gradient: the identity, through which no gradient flows.
#pragma once

#include <heed/graph/op.h>

namespace heed {

struct StopGradient final : Op {
  std::string_view name() const override { return "stop_gradient"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override { return {inputs[0]}; }
  std::optional<Gradients> gradient(const Applied&, std::span<const std::optional<Tensor>>) const override {
    return Gradients{std::nullopt};
  }
};

}  // namespace heed
