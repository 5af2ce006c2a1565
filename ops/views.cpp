#include <algorithm>

#include <fmt/format.h>

#include <heed/ops/pad.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

std::vector<std::int64_t> sizes_of(const Shape& shape) {
  return {shape.sizes().begin(), shape.sizes().end()};
}

Tensor view(const OpPtr& op, Tensor x, Where where) {
  return x.graph().apply_one(op, std::span(&x, 1), where);
}

}  // namespace

Attributes Reshape::attributes() const {
  return {{"shape", sizes_of(shape)}};
}

std::vector<TensorType> Reshape::infer(Types inputs) const {
  if (inputs[0].shape.elements() != shape.elements()) {
    throw ShapeError(fmt::format("{} has {} elements, {} has {}", to_string(inputs[0].shape),
                                 inputs[0].shape.elements(), to_string(shape), shape.elements()));
  }
  return {{inputs[0].dtype, shape}};
}

std::optional<Gradients> Reshape::gradient(const Applied& forward,
                                           std::span<const std::optional<Tensor>> outputs) const {
  return Gradients{reshape(*outputs[0], forward.inputs[0].shape())};
}

std::optional<ViewLayout> Reshape::layout(const TensorType& operand, const Strides& strides) const {
  // Size-1 axes may carry any stride, so compare only the others with the dense layout.
  const Strides dense = dense_strides(operand.shape);
  if (operand.shape.elements() > 0) {
    for (int axis = 0; axis < operand.shape.rank(); ++axis) {
      const auto i = static_cast<std::size_t>(axis);
      if (operand.shape[axis] != 1 && strides[i] != dense[i]) return {};
    }
  }
  return ViewLayout{0, dense_strides(shape)};
}

std::vector<TensorType> Transpose::infer(Types inputs) const {
  const Shape& shape = inputs[0].shape;
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool permutation = static_cast<int>(order.size()) == shape.rank();
  for (std::size_t i = 0; i < sorted.size(); ++i) permutation &= sorted[i] == static_cast<std::int64_t>(i);
  if (!permutation) {
    throw ShapeError(fmt::format("order must name each of the {} axes once", shape.rank()));
  }
  std::vector<std::int64_t> sizes;
  for (const std::int64_t axis : order) sizes.push_back(shape[static_cast<int>(axis)]);
  return {{inputs[0].dtype, Shape(sizes)}};
}

std::optional<Gradients> Transpose::gradient(const Applied&,
                                             std::span<const std::optional<Tensor>> outputs) const {
  std::vector<std::int64_t> inverse(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  return Gradients{transpose(*outputs[0], std::move(inverse))};
}

std::optional<ViewLayout> Transpose::layout(const TensorType&, const Strides& strides) const {
  ViewLayout result;
  for (const std::int64_t axis : order) result.strides.push_back(strides[static_cast<std::size_t>(axis)]);
  return result;
}

Attributes BroadcastTo::attributes() const {
  return {{"shape", sizes_of(shape)}};
}

std::vector<TensorType> BroadcastTo::infer(Types inputs) const {
  if (!broadcasts_to(inputs[0].shape, shape)) {
    throw ShapeError(
        fmt::format("{} does not broadcast to {}", to_string(inputs[0].shape), to_string(shape)));
  }
  return {{inputs[0].dtype, shape}};
}

std::optional<Gradients> BroadcastTo::gradient(const Applied& forward,
                                               std::span<const std::optional<Tensor>> outputs) const {
  return Gradients{sum_to(*outputs[0], forward.inputs[0].shape())};
}

std::optional<ViewLayout> BroadcastTo::layout(const TensorType& operand, const Strides& strides) const {
  return ViewLayout{0, broadcast_strides(operand.shape, strides, shape)};
}

Attributes Slice::attributes() const {
  return {{"starts", starts}, {"sizes", sizes}, {"steps", steps}};
}

std::vector<TensorType> Slice::infer(Types inputs) const {
  const Shape& shape = inputs[0].shape;
  if (static_cast<int>(starts.size()) != shape.rank()) {
    throw ShapeError(fmt::format("needs a start, size and step for each of the {} axes", shape.rank()));
  }
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    const std::int64_t last = starts[i] + (sizes[i] - 1) * steps[i];
    if (starts[i] < 0 || sizes[i] < 0 || steps[i] < 1 || (sizes[i] > 0 && last >= shape[axis]) ||
        starts[i] > shape[axis]) {
      throw ShapeError(fmt::format("axis {} of size {} has no {} elements from {} in steps of {}", axis,
                                   shape[axis], sizes[i], starts[i], steps[i]));
    }
  }
  return {{inputs[0].dtype, Shape(sizes)}};
}

std::optional<Gradients> Slice::gradient(const Applied& forward,
                                         std::span<const std::optional<Tensor>> outputs) const {
  std::vector<PadAxis> pads;
  const Shape& shape = forward.inputs[0].shape();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    const std::int64_t covered = sizes[i] == 0 ? 0 : (sizes[i] - 1) * steps[i] + 1;
    pads.push_back({starts[i], shape[axis] - starts[i] - covered, steps[i] - 1});
  }
  return Gradients{pad(*outputs[0], std::move(pads))};
}

std::optional<ViewLayout> Slice::layout(const TensorType&, const Strides& strides) const {
  ViewLayout result;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    result.offset += starts[i] * strides[i];
    result.strides.push_back(strides[i] * steps[i]);
  }
  return result;
}

Tensor reshape(Tensor x, Shape shape, Where where) {
  if (x.shape() == shape) return x;
  return view(std::make_shared<Reshape>(shape), x, where);
}

Tensor flatten_leading(Tensor x, Where where) {
  return reshape(x, {x.shape().without(-1).elements(), x.shape()[-1]}, where);
}

Tensor transpose(Tensor x, std::vector<std::int64_t> order, Where where) {
  return view(std::make_shared<Transpose>(std::move(order)), x, where);
}

Tensor swap_axes(Tensor x, int a, int b, Where where) {
  std::vector<std::int64_t> order;
  for (int axis = 0; axis < x.shape().rank(); ++axis) order.push_back(axis);
  std::swap(order[static_cast<std::size_t>(normalize_axis(a, x.shape().rank()))],
            order[static_cast<std::size_t>(normalize_axis(b, x.shape().rank()))]);
  return transpose(x, std::move(order), where);
}

Tensor broadcast_to(Tensor x, Shape shape, Where where) {
  if (x.shape() == shape) return x;
  return view(std::make_shared<BroadcastTo>(shape), x, where);
}

Tensor slice(Tensor x, int axis, std::int64_t start, std::int64_t size, std::int64_t step, Where where) {
  const Shape& shape = x.shape();
  std::vector<std::int64_t> starts(static_cast<std::size_t>(shape.rank()), 0);
  std::vector<std::int64_t> sizes = sizes_of(shape);
  std::vector<std::int64_t> steps(static_cast<std::size_t>(shape.rank()), 1);
  const auto i = static_cast<std::size_t>(normalize_axis(axis, shape.rank()));
  starts[i] = start;
  sizes[i] = size;
  steps[i] = step;
  return view(std::make_shared<Slice>(std::move(starts), std::move(sizes), std::move(steps)), x, where);
}

Tensor insert_axis(Tensor x, int axis, Where where) {
  std::vector<std::int64_t> sizes = sizes_of(x.shape());
  const int at = axis < 0 ? axis + x.shape().rank() + 1 : axis;
  sizes.insert(sizes.begin() + at, 1);
  return reshape(x, Shape(sizes), where);
}

}  // namespace heed
