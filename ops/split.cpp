#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/pad.h>
#include <heed/ops/split.h>
#include <heed/ops/views.h>

namespace heed {

std::vector<TensorType> Split::infer(Types inputs) const {
  const Shape& shape = inputs[0].shape;
  const int at = normalize_axis(axis, shape.rank());
  if (count < 1 || shape[at] % count != 0) {
    throw ShapeError(fmt::format("axis {} of size {} has no {} equal parts", at, shape[at], count));
  }
  const TensorType part{inputs[0].dtype, shape.with(at, shape[at] / count)};
  return std::vector<TensorType>(static_cast<std::size_t>(count), part);
}

Tensors Split::expand(std::span<const Tensor> inputs) const {
  const std::int64_t size = inputs[0].shape()[axis] / count;
  Tensors parts;
  for (std::int64_t i = 0; i < count; ++i) parts.push_back(slice(inputs[0], axis, i * size, size));
  return parts;
}

std::optional<Gradients> Split::gradient(const Applied& forward,
                                         std::span<const std::optional<Tensor>> outputs) const {
  Tensors parts;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    parts.push_back(outputs[i] ? *outputs[i] : zeros_like(forward.outputs[i]));
  }
  return Gradients{concatenate(parts, axis)};
}

Tensors split(Tensor x, int axis, std::int64_t count, Where where) {
  const int at = axis < 0 ? axis + x.shape().rank() : axis;
  return x.graph().apply(std::make_shared<Split>(at, count), std::span(&x, 1), where);
}

Tensors unstack(Tensor x, Where where) {
  Tensors parts;
  for (const Tensor& part : split(x, 0, x.shape()[0], where)) {
    parts.push_back(reshape(part, x.shape().without(0), where));
  }
  return parts;
}

Tensor stack(std::span<const Tensor> parts, Where where) {
  Tensors rows;
  for (const Tensor& part : parts) rows.push_back(insert_axis(part, 0, where));
  return concatenate(rows, 0, where);
}

}  // namespace heed
