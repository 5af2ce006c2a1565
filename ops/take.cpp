#include <limits>

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/random.h>
#include <heed/ops/take.h>
#include <heed/ops/views.h>

namespace heed {

Tensor one_hot(Tensor indices, std::int64_t classes, DType dtype, Where where) {
  const auto origin = indices.graph().at(where);
  const Tensor all = iota(indices.graph(), {indices.dtype(), {classes}}, 0);
  return cast(equal(insert_axis(indices, -1), all), dtype);
}

Tensor take_along_axis(Tensor x, Tensor indices, int axis, Where where) {
  const int rank = x.shape().rank();
  const bool in_range = axis >= -rank && axis < rank;
  const bool fits = in_range && indices.dtype() == DType::i32 && indices.shape().rank() == rank &&
                    indices.shape().with(axis, 0) == x.shape().with(axis, 0);
  if (!fits || x.shape().elements() > std::numeric_limits<std::int32_t>::max()) {
    throw ShapeError(
        fmt::format("take_along_axis: indices must be i32 and equal x outside axis {}, and x have "
                    "fewer than 2^31 elements\n  x        {}\n  indices  {}\n  at {}",
                    axis, describe(x), describe(indices), describe(where)));
  }
  Graph& graph = x.graph();
  const auto origin = graph.at(where);
  // Rows along the axis, whose elements are numbered through: [rows, N].
  const Tensor last_x = swap_axes(x, axis, -1);
  const Tensor last_indices = swap_axes(indices, axis, -1);
  const std::int64_t size = last_x.shape()[-1];
  const std::int64_t rows = last_x.shape().without(-1).elements();
  const Tensor chosen = reshape(last_indices, {rows, last_indices.shape()[-1]});
  const Tensor row = iota(graph, {DType::i32, {rows, 1}}, 0);
  const Tensor inside = logical_and(less_equal(0.0, chosen), less(chosen, static_cast<double>(size)));
  const Tensor place = select(inside, chosen + row * static_cast<double>(size), -1.0);
  const Tensor taken = gather_rows(reshape(last_x, {rows * size}), place);
  return swap_axes(reshape(taken, last_indices.shape()), axis, -1);
}

}  // namespace heed
