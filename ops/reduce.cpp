#include <algorithm>

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

Shape with_ones(const Shape& shape, const std::vector<std::int64_t>& axes) {
  Shape kept = shape;
  for (const std::int64_t axis : axes) kept = kept.with(static_cast<int>(axis), 1);
  return kept;
}

Tensor reduce(ReduceKind kind, Tensor x, std::vector<std::int64_t> axes, bool keep, Where where) {
  const int rank = x.shape().rank();
  if (axes.empty()) {
    for (int axis = 0; axis < rank; ++axis) axes.push_back(axis);
  }
  try {
    for (auto& axis : axes) axis = normalize_axis(static_cast<int>(axis), rank);
  } catch (const ShapeError& reason) {
    throw ShapeError(fmt::format("{}: {}\n  x {}\n  at {}", Reduce(kind, {}, keep).name(), reason.what(),
                                 describe(x), describe(where)));
  }
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return x.graph().apply_one(std::make_shared<Reduce>(kind, std::move(axes), keep), std::span(&x, 1), where);
}

}  // namespace

std::string_view Reduce::name() const {
  switch (kind) {
    case ReduceKind::sum:
      return "sum";
    case ReduceKind::maximum:
      return "reduce_max";
    case ReduceKind::minimum:
      return "reduce_min";
  }
  return "?";
}

std::vector<TensorType> Reduce::infer(Types inputs) const {
  if (inputs[0].dtype == DType::boolean) throw ShapeError("takes numbers, not booleans; cast first");
  Shape shape = inputs[0].shape;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    const int at = normalize_axis(static_cast<int>(*axis), shape.rank());
    shape = keep ? shape.with(at, 1) : shape.without(at);
  }
  return {{inputs[0].dtype, shape}};
}

double Reduce::flops(Types inputs, Types) const {
  return static_cast<double>(inputs[0].shape.elements());
}

std::optional<Gradients> Reduce::gradient(const Applied& forward,
                                          std::span<const std::optional<Tensor>> outputs) const {
  const Tensor& x = forward.inputs[0];
  const Shape kept = with_ones(x.shape(), axes);
  const Tensor g = reshape(*outputs[0], kept);
  if (kind == ReduceKind::sum) return Gradients{broadcast_to(g, x.shape())};
  // Every element equal to the extremum takes the same share.
  const Tensor chosen = cast(equal(x, reshape(forward.outputs[0], kept)), x.dtype());
  return Gradients{chosen * (g / sum(chosen, axes, true))};
}

Tensor sum(Tensor x, std::vector<std::int64_t> axes, bool keep, Where where) {
  return reduce(ReduceKind::sum, x, std::move(axes), keep, where);
}
Tensor reduce_max(Tensor x, std::vector<std::int64_t> axes, bool keep, Where where) {
  return reduce(ReduceKind::maximum, x, std::move(axes), keep, where);
}
Tensor reduce_min(Tensor x, std::vector<std::int64_t> axes, bool keep, Where where) {
  return reduce(ReduceKind::minimum, x, std::move(axes), keep, where);
}

Tensor mean(Tensor x, std::vector<std::int64_t> axes, bool keep, Where where) {
  const Tensor total = sum(x, std::move(axes), keep, where);
  const double count = static_cast<double>(x.shape().elements()) /
                       static_cast<double>(std::max<std::int64_t>(1, total.shape().elements()));
  return multiply(Operand(total, where), 1.0 / count);
}

Tensor variance(Tensor x, std::vector<std::int64_t> axes, bool keep, Where where) {
  const auto origin = x.graph().at(where);
  return mean(square(x - mean(x, axes, true)), axes, keep);
}

Tensor sum_to(Tensor x, const Shape& shape, Where where) {
  if (x.shape() == shape) return x;
  const int added = x.shape().rank() - shape.rank();
  std::vector<std::int64_t> axes;
  for (int axis = 0; axis < x.shape().rank(); ++axis) {
    if (axis < added || (shape[axis - added] == 1 && x.shape()[axis] != 1)) axes.push_back(axis);
  }
  return reshape(axes.empty() ? x : sum(x, std::move(axes), false, where), shape, where);
}

}  // namespace heed
