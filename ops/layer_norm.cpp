#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

void require_vector(const TensorType& vector, const TensorType& x, std::string_view name) {
  const TensorType expected{x.dtype, {x.shape[-1]}};
  if (vector != expected) {
    throw ShapeError(fmt::format("{} must be {}, not {}", name, to_string(expected), to_string(vector)));
  }
}

}  // namespace

std::vector<TensorType> LayerNorm::infer(Types inputs) const {
  const TensorType& x = inputs[0];
  if (!is_floating(x.dtype)) throw ShapeError("takes a floating-point tensor");
  require_vector(inputs[1], x, "gain");
  require_vector(inputs[2], x, "bias");
  const TensorType statistic{x.dtype, x.shape.without(-1)};
  return {x, statistic, statistic};
}

Tensors LayerNorm::expand(std::span<const Tensor> inputs) const {
  const Tensor& x = inputs[0];
  const Tensor average = mean(x, {-1}, true);
  const Tensor centred = x - average;
  const Tensor inverse = 1.0 / sqrt(mean(square(centred), {-1}, true) + epsilon);
  const Shape statistic = x.shape().without(-1);
  return {centred * inverse * inputs[1] + inputs[2], reshape(average, statistic),
          reshape(inverse, statistic)};
}

std::optional<Gradients> LayerNorm::gradient(const Applied& f,
                                             std::span<const std::optional<Tensor>> outputs) const {
  // Someone differentiates the statistics themselves: only the expansion knows how.
  if (outputs[1] || outputs[2]) return {};
  const Tensor inputs[] = {f.inputs[0], f.inputs[1], f.outputs[1], f.outputs[2], *outputs[0]};
  const Tensors grads = outputs[0]->graph().apply(std::make_shared<LayerNormGrad>(), inputs);
  return Gradients{grads[0], grads[1], grads[2]};
}

std::vector<TensorType> LayerNormGrad::infer(Types inputs) const {
  require_vector(inputs[1], inputs[0], "gain");
  if (inputs[4] != inputs[0]) {
    throw ShapeError(fmt::format("gradient must be {}, not {}", to_string(inputs[0]), to_string(inputs[4])));
  }
  return {inputs[0], inputs[1], inputs[1]};
}

Tensors LayerNormGrad::expand(std::span<const Tensor> inputs) const {
  const Tensor& x = inputs[0];
  const Tensor& g = inputs[4];
  const Tensor average = insert_axis(inputs[2], -1);
  const Tensor inverse = insert_axis(inputs[3], -1);
  const Tensor normal = (x - average) * inverse;
  const Tensor scaled = g * inputs[1];
  const Tensor grad_x =
      (scaled - mean(scaled, {-1}, true) - normal * mean(scaled * normal, {-1}, true)) * inverse;
  return {grad_x, sum_to(g * normal, inputs[1].shape()), sum_to(g, inputs[1].shape())};
}

Tensor layer_norm(Tensor x, Tensor gain, Tensor bias, double epsilon, Where where) {
  const Tensor inputs[] = {x, gain, bias};
  return x.graph().apply(std::make_shared<LayerNorm>(epsilon), inputs, where).front();
}

}  // namespace heed
