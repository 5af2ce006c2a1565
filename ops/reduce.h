// Reductions: sum, maximum and minimum over some axes, and what is written with them.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

enum class ReduceKind : std::uint8_t { sum, maximum, minimum };

struct Reduce final : Op {
  Reduce(ReduceKind kind, std::vector<std::int64_t> axes, bool keep)
      : kind(kind), axes(std::move(axes)), keep(keep) {}
  std::string_view name() const override;
  Attributes attributes() const override { return {{"axes", axes}, {"keep", keep}}; }
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types inputs, Types outputs) const override;  // one for each element that goes in
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  ReduceKind kind;
  std::vector<std::int64_t> axes;  // from 0, rising
  bool keep;                       // reduced axes stay, with size 1
};

// No axes: all of them. Over nothing a sum is 0, a maximum the lowest value, a minimum the highest.
Tensor sum(Tensor x, std::vector<std::int64_t> axes = {}, bool keep = false, Where where = Where::current());
Tensor reduce_max(Tensor x, std::vector<std::int64_t> axes = {}, bool keep = false,
                  Where where = Where::current());
Tensor reduce_min(Tensor x, std::vector<std::int64_t> axes = {}, bool keep = false,
                  Where where = Where::current());
Tensor mean(Tensor x, std::vector<std::int64_t> axes = {}, bool keep = false, Where where = Where::current());

// The mean squared distance from the mean (divided by the count itself).
Tensor variance(Tensor x, std::vector<std::int64_t> axes = {}, bool keep = false,
                Where where = Where::current());

// Undoes broadcasting: sums x over the axes along which `shape` was repeated.
Tensor sum_to(Tensor x, const Shape& shape, Where where = Where::current());

}  // namespace heed
