#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
#include <heed/ops/views.h>

namespace heed {

std::vector<TensorType> Softmax::infer(Types inputs) const {
  normalize_axis(axis, inputs[0].shape.rank());
  if (!is_floating(inputs[0].dtype)) throw ShapeError("takes a floating-point tensor");
  return {inputs[0]};
}

Tensors Softmax::expand(std::span<const Tensor> inputs) const {
  const Tensor shifted = exp(inputs[0] - stop_gradient(reduce_max(inputs[0], {axis}, true)));
  return {shifted / sum(shifted, {axis}, true)};
}

std::optional<Gradients> Softmax::gradient(const Applied& forward,
                                           std::span<const std::optional<Tensor>> outputs) const {
  const Tensor& y = forward.outputs[0];
  const Tensor g = *outputs[0];
  return Gradients{(g - sum(g * y, {axis}, true)) * y};
}

Tensor softmax(Tensor x, int axis, Where where) {
  const int at = axis < 0 ? axis + x.shape().rank() : axis;
  return x.graph().apply_one(std::make_shared<Softmax>(at), std::span(&x, 1), where);
}

Tensor log_sum_exp(Tensor x, int axis, bool keep, Where where) {
  const auto origin = x.graph().at(where);
  const int at = normalize_axis(axis, x.shape().rank());
  const Tensor largest = stop_gradient(reduce_max(x, {at}, true));
  const Tensor finite = select(is_finite(largest), largest, 0.0);
  const Tensor result = log(sum(exp(x - finite), {at}, true)) + finite;
  return keep ? result : reshape(result, x.shape().without(at));
}

Tensor log_softmax(Tensor x, int axis, Where where) {
  const auto origin = x.graph().at(where);
  return x - log_sum_exp(x, axis, true);
}

}  // namespace heed
