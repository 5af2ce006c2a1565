#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include <heed/ops/activations.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

Tensor gelu(Tensor x, Where where) {
  const auto origin = x.graph().at(where);
  return x * (0.5 * erf(x * (1 / std::numbers::sqrt2)) + 0.5);
}

Tensor gelu_tanh(Tensor x, Where where) {
  const auto origin = x.graph().at(where);
  const double scale = std::sqrt(2 * std::numbers::inv_pi);
  return 0.5 * x * (1.0 + tanh(scale * (x + 0.044715 * x * x * x)));
}

Tensor silu(Tensor x, Where where) {
  const auto origin = x.graph().at(where);
  return x * sigmoid(x);
}

Tensor softplus(Tensor x, Where where) {
  const auto origin = x.graph().at(where);
  return maximum(x, 0.0) + log(1.0 + exp(-absolute(x)));
}

Tensor maxout(Tensor x, Where where) {
  const Shape& shape = x.shape();
  if (shape.rank() < 1 || shape[-1] % 2 != 0) {
    throw ShapeError(fmt::format("maxout: the last dimension must be even\n  x {}\n  at {}", describe(x),
                                 describe(where)));
  }
  const auto origin = x.graph().at(where);
  const std::int64_t pairs = shape[-1] / 2;
  const Tensor rows = reshape(x, {shape.without(-1).elements(), pairs, 2});
  return reshape(reduce_max(rows, {2}), shape.with(-1, pairs));
}

}  // namespace heed
