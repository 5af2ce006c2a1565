#include <fmt/format.h>

#include <heed/ops/pad.h>
#include <heed/ops/views.h>

namespace heed {

Attributes Pad::attributes() const {
  std::vector<std::int64_t> low, high, between;
  for (const PadAxis& axis : axes) {
    low.push_back(axis.low);
    high.push_back(axis.high);
    between.push_back(axis.between);
  }
  return {{"low", low}, {"high", high}, {"between", between}};
}

std::vector<TensorType> Pad::infer(Types inputs) const {
  const Shape& shape = inputs[0].shape;
  if (static_cast<int>(axes.size()) != shape.rank()) {
    throw ShapeError(
        fmt::format("needs an amount for each of the {} axes, not for {}", shape.rank(), axes.size()));
  }
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const PadAxis& amount = axes[static_cast<std::size_t>(axis)];
    if (amount.low < 0 || amount.high < 0 || amount.between < 0) {
      throw ShapeError(fmt::format("the amounts of axis {} are negative", axis));
    }
    const std::int64_t gaps = shape[axis] > 0 ? (shape[axis] - 1) * amount.between : 0;
    sizes.push_back(amount.low + shape[axis] + gaps + amount.high);
  }
  return {{inputs[0].dtype, Shape(sizes)}};
}

std::optional<Gradients> Pad::gradient(const Applied& forward,
                                       std::span<const std::optional<Tensor>> outputs) const {
  Tensor part = *outputs[0];
  const Shape& shape = forward.inputs[0].shape();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const PadAxis& amount = axes[static_cast<std::size_t>(axis)];
    if (amount.low == 0 && amount.high == 0 && amount.between == 0) continue;
    part = slice(part, axis, amount.low, shape[axis], amount.between + 1);
  }
  return Gradients{part};
}

std::vector<TensorType> Concatenate::infer(Types inputs) const {
  if (inputs.empty()) throw ShapeError("needs at least one tensor");
  const int at = normalize_axis(axis, inputs[0].shape.rank());
  std::int64_t total = 0;
  for (const TensorType& input : inputs) {
    const bool fits = input.dtype == inputs[0].dtype && input.shape.rank() == inputs[0].shape.rank() &&
                      input.shape.with(at, 0) == inputs[0].shape.with(at, 0);
    if (!fits) {
      throw ShapeError(
          fmt::format("{} and {} differ outside axis {}", to_string(inputs[0]), to_string(input), at));
    }
    total += input.shape[at];
  }
  return {{inputs[0].dtype, inputs[0].shape.with(at, total)}};
}

std::optional<Gradients> Concatenate::gradient(const Applied& forward,
                                               std::span<const std::optional<Tensor>> outputs) const {
  Gradients gradients;
  std::int64_t start = 0;
  for (const Tensor& input : forward.inputs) {
    const std::int64_t size = input.shape()[axis];
    gradients.push_back(slice(*outputs[0], axis, start, size));
    start += size;
  }
  return gradients;
}

Tensor pad(Tensor x, std::vector<PadAxis> axes, Where where) {
  return x.graph().apply_one(std::make_shared<Pad>(std::move(axes)), std::span(&x, 1), where);
}

Tensor concatenate(std::span<const Tensor> parts, int axis, Where where) {
  if (parts.empty())
    throw ShapeError(fmt::format("concatenate: needs at least one tensor\n  at {}", describe(where)));
  const int at = normalize_axis(axis, parts.front().shape().rank());
  return parts.front().graph().apply_one(std::make_shared<Concatenate>(at), parts, where);
}

}  // namespace heed
