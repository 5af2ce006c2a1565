// reverse: the elements along some axes in opposite order.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

struct Reverse final : Op {
  explicit Reverse(std::vector<std::int64_t> axes) : axes(std::move(axes)) {}
  std::string_view name() const override { return "reverse"; }
  Attributes attributes() const override { return {{"axes", axes}}; }
  std::vector<TensorType> infer(Types inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  std::vector<std::int64_t> axes;  // from 0, rising
};

Tensor reverse(Tensor x, std::vector<std::int64_t> axes, Where where = Where::current());

}  // namespace heed
