// Views: ops that rearrange without computing. The planner turns each into {storage, offset, strides}.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// How a view's elements lie in the storage of its operand.
struct ViewLayout {
  std::int64_t offset = 0;  // in elements
  Strides strides;
};

// A primitive that only re-reads its first operand. `layout` is given the operand's strides; nullopt when
// they do not allow a view (a reshape of a transposed tensor), so that a dense copy must come first.
struct ViewOp : Op {
  double flops(Types, Types) const override { return 0; }
  virtual std::optional<ViewLayout> layout(const TensorType& operand, const Strides& strides) const = 0;
};

struct Reshape final : ViewOp {
  explicit Reshape(Shape shape) : shape(shape) {}
  std::string_view name() const override { return "reshape"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  std::optional<ViewLayout> layout(const TensorType& operand, const Strides& strides) const override;

  Shape shape;
};

struct Transpose final : ViewOp {
  explicit Transpose(std::vector<std::int64_t> order) : order(std::move(order)) {}
  std::string_view name() const override { return "transpose"; }
  Attributes attributes() const override { return {{"order", order}}; }
  std::vector<TensorType> infer(Types inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  std::optional<ViewLayout> layout(const TensorType& operand, const Strides& strides) const override;

  std::vector<std::int64_t> order;  // output axis i is input axis order[i]
};

struct BroadcastTo final : ViewOp {
  explicit BroadcastTo(Shape shape) : shape(shape) {}
  std::string_view name() const override { return "broadcast"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  std::optional<ViewLayout> layout(const TensorType& operand, const Strides& strides) const override;

  Shape shape;
};

struct Slice final : ViewOp {
  Slice(std::vector<std::int64_t> starts, std::vector<std::int64_t> sizes, std::vector<std::int64_t> steps)
      : starts(std::move(starts)), sizes(std::move(sizes)), steps(std::move(steps)) {}
  std::string_view name() const override { return "slice"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  std::optional<ViewLayout> layout(const TensorType& operand, const Strides& strides) const override;

  std::vector<std::int64_t> starts, sizes, steps;  // one for each axis; steps are positive
};

Tensor reshape(Tensor x, Shape shape, Where where = Where::current());
Tensor flatten_leading(Tensor x, Where where = Where::current());  // [a, b, ..., n] to [a*b*..., n]
Tensor transpose(Tensor x, std::vector<std::int64_t> order, Where where = Where::current());
Tensor swap_axes(Tensor x, int a, int b, Where where = Where::current());
Tensor broadcast_to(Tensor x, Shape shape, Where where = Where::current());
Tensor slice(Tensor x, int axis, std::int64_t start, std::int64_t size, std::int64_t step = 1,
             Where where = Where::current());
Tensor insert_axis(Tensor x, int axis, Where where = Where::current());  // a new dimension of size 1

}  // namespace heed
