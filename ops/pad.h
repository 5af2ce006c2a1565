// pad and concatenate: the two primitives that put tensors into larger ones.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// Zeros around and between the elements of one axis.
struct PadAxis {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t between = 0;
};

struct Pad final : Op {
  explicit Pad(std::vector<PadAxis> axes) : axes(std::move(axes)) {}
  std::string_view name() const override { return "pad"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types, Types) const override { return 0; }
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  std::vector<PadAxis> axes;
};

struct Concatenate final : Op {
  explicit Concatenate(int axis) : axis(axis) {}
  std::string_view name() const override { return "concatenate"; }
  Attributes attributes() const override { return {{"axis", std::int64_t{axis}}}; }
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types, Types) const override { return 0; }
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  int axis;  // from 0
};

Tensor pad(Tensor x, std::vector<PadAxis> axes, Where where = Where::current());
Tensor concatenate(std::span<const Tensor> parts, int axis, Where where = Where::current());

}  // namespace heed
