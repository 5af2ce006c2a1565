// log_cosh: a loss that is quadratic near zero and linear far away.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// log(cosh(x)), element by element, for any x without overflow. Its gradient is tanh(x).
struct LogCosh final : Op {
  std::string_view name() const override { return "log_cosh"; }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
};

Tensor log_cosh(Tensor x, Where where = Where::current());

}  // namespace heed
