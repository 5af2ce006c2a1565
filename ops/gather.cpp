#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

void require_indices(const TensorType& indices) {
  if (indices.dtype == DType::i32) return;
  throw ShapeError(fmt::format("indices must be i32, not {}", name_of(indices.dtype)));
}

void require_position(const TensorType& position) {
  if (position == TensorType{DType::i32, {}}) return;
  throw ShapeError(fmt::format("position must be an i32 scalar, not {}", to_string(position)));
}

Shape gathered(const Shape& table, const Shape& indices) {
  Shape shape = indices;
  for (int axis = 1; axis < table.rank(); ++axis) shape = shape.appended(table[axis]);
  return shape;
}

}  // namespace

std::vector<TensorType> GatherRows::infer(Types inputs) const {
  require_indices(inputs[1]);
  if (inputs[0].shape.rank() < 1) throw ShapeError("the table needs at least one dimension");
  return {{inputs[0].dtype, gathered(inputs[0].shape, inputs[1].shape)}};
}

std::optional<Gradients> GatherRows::gradient(const Applied& forward,
                                              std::span<const std::optional<Tensor>> outputs) const {
  return Gradients{scatter_add(zeros_like(forward.inputs[0]), forward.inputs[1], *outputs[0]), std::nullopt};
}

std::vector<TensorType> ScatterAdd::infer(Types inputs) const {
  require_indices(inputs[1]);
  const TensorType expected{inputs[0].dtype, gathered(inputs[0].shape, inputs[1].shape)};
  if (inputs[2] != expected) {
    throw ShapeError(fmt::format("rows must be {}, not {}", to_string(expected), to_string(inputs[2])));
  }
  return {inputs[0]};
}

double ScatterAdd::flops(Types inputs, Types) const {
  return static_cast<double>(inputs[2].shape.elements());
}

std::optional<Gradients> ScatterAdd::gradient(const Applied& forward,
                                              std::span<const std::optional<Tensor>> outputs) const {
  return Gradients{*outputs[0], std::nullopt, gather_rows(*outputs[0], forward.inputs[1])};
}

std::vector<TensorType> SliceAt::infer(Types inputs) const {
  require_position(inputs[1]);
  const int at = normalize_axis(axis, inputs[0].shape.rank());
  if (size < 0 || size > inputs[0].shape[at]) {
    throw ShapeError(fmt::format("axis {} of size {} has no {} elements", at, inputs[0].shape[at], size));
  }
  return {{inputs[0].dtype, inputs[0].shape.with(at, size)}};
}

std::optional<Gradients> SliceAt::gradient(const Applied& forward,
                                           std::span<const std::optional<Tensor>> outputs) const {
  return Gradients{update_at(zeros_like(forward.inputs[0]), axis, forward.inputs[1], *outputs[0]),
                   std::nullopt};
}

std::vector<TensorType> UpdateAt::infer(Types inputs) const {
  require_position(inputs[2]);
  const int at = normalize_axis(axis, inputs[0].shape.rank());
  const bool fits = inputs[1].dtype == inputs[0].dtype && inputs[1].shape.rank() == inputs[0].shape.rank() &&
                    inputs[1].shape.with(at, 0) == inputs[0].shape.with(at, 0) &&
                    inputs[1].shape[at] <= inputs[0].shape[at];
  if (!fits) {
    throw ShapeError(
        fmt::format("{} does not fit into {} along axis {}", to_string(inputs[1]), to_string(inputs[0]), at));
  }
  return {inputs[0]};
}

std::optional<Gradients> UpdateAt::gradient(const Applied& forward,
                                            std::span<const std::optional<Tensor>> outputs) const {
  const Tensor& update = forward.inputs[1];
  const Tensor& position = forward.inputs[2];
  return Gradients{update_at(*outputs[0], axis, position, zeros_like(update)),
                   slice_at(*outputs[0], axis, position, update.shape()[axis]), std::nullopt};
}

Tensor gather_rows(Tensor table, Tensor indices, Where where) {
  const Tensor inputs[] = {table, indices};
  return table.graph().apply_one(std::make_shared<GatherRows>(), inputs, where);
}

Tensor scatter_add(Tensor base, Tensor indices, Tensor rows, Where where) {
  const Tensor inputs[] = {base, indices, rows};
  return base.graph().apply_one(std::make_shared<ScatterAdd>(), inputs, where);
}

Tensor slice_at(Tensor x, int axis, Tensor position, std::int64_t size, Where where) {
  const Tensor inputs[] = {x, position};
  return x.graph().apply_one(std::make_shared<SliceAt>(axis, size), inputs, where);
}

Tensor update_at(Tensor x, int axis, Tensor position, Tensor update, Where where) {
  const Tensor inputs[] = {x, update, position};
  return x.graph().apply_one(std::make_shared<UpdateAt>(axis), inputs, where);
}

}  // namespace heed
