#include <numbers>

#include <heed/ops/activations.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/log_cosh.h>

namespace heed {

std::vector<TensorType> LogCosh::infer(Types inputs) const {
  if (!is_floating(inputs[0].dtype)) throw ShapeError("takes a floating-point tensor");
  return {inputs[0]};
}

Tensors LogCosh::expand(std::span<const Tensor> inputs) const {
  const Tensor size = absolute(inputs[0]);
  return {size + softplus(-2.0 * size) - std::numbers::ln2};
}

std::optional<Gradients> LogCosh::gradient(const Applied& forward,
                                           std::span<const std::optional<Tensor>> outputs) const {
  return Gradients{*outputs[0] * tanh(forward.inputs[0])};
}

Tensor log_cosh(Tensor x, Where where) {
  return x.graph().apply_one(std::make_shared<LogCosh>(), std::span(&x, 1), where);
}

}  // namespace heed
