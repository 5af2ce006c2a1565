// split: cuts a tensor into equal parts along one axis, concatenate's inverse.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// x [..., count * N, ...] -> `count` tensors [..., N, ...]. The parts are views. Their gradients come back
// as one concatenation, where those of as many slices would be padded to full size and added up.
struct Split final : Op {
  Split(int axis, std::int64_t count) : axis(axis), count(count) {}
  std::string_view name() const override { return "split"; }
  Attributes attributes() const override { return {{"axis", std::int64_t{axis}}, {"count", count}}; }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  int axis;  // from 0
  std::int64_t count;
};

Tensors split(Tensor x, int axis, std::int64_t count, Where where = Where::current());

// x [N, ...] -> N tensors [...].
Tensors unstack(Tensor x, Where where = Where::current());

// N tensors [...] -> [N, ...].
Tensor stack(std::span<const Tensor> parts, Where where = Where::current());

}  // namespace heed
