// softmax along one axis.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// exp(x - max) / sum(exp(x - max)). A slice that is -inf throughout gives NaN, as 0/0 does.
struct Softmax final : Op {
  explicit Softmax(int axis) : axis(axis) {}
  std::string_view name() const override { return "softmax"; }
  Attributes attributes() const override { return {{"axis", std::int64_t{axis}}}; }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  bool may_overwrite(std::size_t, std::size_t) const override { return true; }

  int axis;  // from 0
};

Tensor softmax(Tensor x, int axis = -1, Where where = Where::current());
Tensor log_softmax(Tensor x, int axis = -1, Where where = Where::current());
Tensor log_sum_exp(Tensor x, int axis = -1, bool keep = false, Where where = Where::current());

}  // namespace heed
