#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

namespace heed {

std::vector<TensorType> TopK::infer(Types inputs) const {
  const Shape& shape = inputs[0].shape;
  if (shape.rank() < 1) throw ShapeError("takes a tensor of at least one dimension");
  if (k < 1 || k > shape[-1]) throw ShapeError(fmt::format("k must be in [1, {}], not {}", shape[-1], k));
  return {{inputs[0].dtype, shape.with(-1, k)}, {DType::i32, shape.with(-1, k)}};
}

std::optional<Gradients> TopK::gradient(const Applied& forward,
                                        std::span<const std::optional<Tensor>> outputs) const {
  if (!outputs[0]) return Gradients{std::nullopt};
  const Tensor& x = forward.inputs[0];
  const int rank = x.shape().rank();
  const Shape wide = forward.outputs[0].shape().appended(x.shape()[-1]);  // [..., k, N]
  const Tensor places = iota(x.graph(), {DType::i32, {x.shape()[-1]}}, 0);
  const Tensor here = equal(insert_axis(forward.outputs[1], rank), broadcast_to(places, wide));
  const Tensor spread = select(here, insert_axis(*outputs[0], rank), 0.0);
  return Gradients{sum(spread, {rank - 1})};
}

TopKResult top_k(Tensor x, std::int64_t k, Where where) {
  const Tensors outputs = x.graph().apply(std::make_shared<TopK>(k), std::span(&x, 1), where);
  return {outputs[0], outputs[1]};
}

Tensor arg_max(Tensor x, Where where) {
  const Tensor indices = top_k(x, 1, where).indices;
  return reshape(indices, x.shape().without(-1), where);
}

}  // namespace heed
