// top_k: the largest values along the last axis, and where they are.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// x [..., N] -> values [..., k] from large to small, indices [..., k] of i32. Of equal values the one with
// the lowest index comes first; NaN counts as larger than any number.
struct TopK final : Op {
  explicit TopK(std::int64_t k) : k(k) {}
  std::string_view name() const override { return "top_k"; }
  Attributes attributes() const override { return {{"k", k}}; }
  std::vector<TensorType> infer(Types inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  std::int64_t k;
};

struct TopKResult {
  Tensor values;
  Tensor indices;
};
TopKResult top_k(Tensor x, std::int64_t k, Where where = Where::current());

// The index of the largest element along the last axis, [...] of i32.
Tensor arg_max(Tensor x, Where where = Where::current());

}  // namespace heed
