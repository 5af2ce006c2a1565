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
  const Shape columns{x.shape().without(-1).elements(), k, 1};
  const Tensor places = iota(x.graph(), {DType::i32, {x.shape()[-1]}}, 0);
  const Tensor here = equal(reshape(forward.outputs[1], columns), places);  // [rows, k, N]
  const Tensor spread = select(here, reshape(*outputs[0], columns), 0.0);
  return Gradients{reshape(sum(spread, {1}), x.shape())};
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
