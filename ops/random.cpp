#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/philox.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

Attributes RandomBits::attributes() const {
  return {{"stream", std::int64_t{stream}},
          {"shape", std::vector<std::int64_t>(shape.sizes().begin(), shape.sizes().end())}};
}

namespace {

void require_key(const TensorType& key) {
  if (key == TensorType{DType::u32, {4}}) return;
  throw ShapeError(fmt::format("the key must be u32[4], as random_key() gives it, not {}", to_string(key)));
}

}  // namespace

std::vector<TensorType> RandomBits::infer(Types inputs) const {
  require_key(inputs[0]);
  return {{DType::u32, shape}};
}

std::vector<TensorType> Dropout::infer(Types inputs) const {
  require_key(inputs[1]);
  if (!is_floating(inputs[0].dtype)) throw ShapeError("x must be floating-point");
  if (!(rate >= 0 && rate < 1)) throw ShapeError(fmt::format("rate must be in [0, 1), not {}", rate));
  return {inputs[0]};
}

std::uint32_t Dropout::threshold() const {
  return static_cast<std::uint32_t>(std::floor(rate * 0x1p32));
}

Tensors Dropout::expand(std::span<const Tensor> inputs) const {
  const Tensor bits = random_bits(inputs[1], stream, inputs[0].shape());
  const DType dtype = inputs[0].dtype();
  ScalarBuilder builder;
  const Register x = builder.input(dtype);
  const Register random = builder.input(DType::u32);
  const Register dropped = builder.emit(ScalarOp::less, random, builder.constant(DType::u32, threshold()));
  const Register scaled = builder.emit(ScalarOp::multiply, x, builder.constant(dtype, 1 / (1 - rate)));
  const Register result = builder.emit(ScalarOp::select, dropped, builder.constant(dtype, 0), scaled);
  return elementwise(builder.finish({result}), Tensors{inputs[0], bits});
}

std::optional<Gradients> Dropout::gradient(const Applied& forward,
                                           std::span<const std::optional<Tensor>> outputs) const {
  const Tensor inputs[] = {*outputs[0], forward.inputs[1]};
  return Gradients{outputs[0]->graph().apply_one(std::make_shared<Dropout>(rate, stream), inputs),
                   std::nullopt};
}

Tensor random_key(Graph& graph, Where where) {
  return graph.shared(std::make_shared<RandomKey>(), where);
}

Tensor random_bits(Tensor key, std::uint32_t stream, Shape shape, Where where) {
  return key.graph().apply_one(std::make_shared<RandomBits>(stream, shape), std::span(&key, 1), where);
}

Tensor iota(Graph& graph, TensorType type, int axis, Where where) {
  return graph.apply_one(std::make_shared<Iota>(type, normalize_axis(axis, type.shape.rank())), {}, where);
}

namespace {

// Whole numbers in [0, 2^24), exact in every type.
Tensor random_integers(Graph& graph, Shape shape, const RandomOptions& options) {
  const std::uint32_t stream = stream_of(graph.unique_name(options.name));
  return cast(shift_right(random_bits(random_key(graph), stream, shape), 8.0), options.dtype);
}

}  // namespace

Tensor uniform(Graph& graph, Shape shape, double low, double high, const RandomOptions& options,
               Where where) {
  const auto origin = graph.at(where);
  return random_integers(graph, shape, options) * ((high - low) * 0x1p-24) + low;
}

Tensor normal(Graph& graph, Shape shape, double mean, double deviation, const RandomOptions& options,
              Where where) {
  const auto origin = graph.at(where);
  const std::int64_t count = shape.elements();
  const Tensor both = random_integers(graph, {2, count}, options);
  const auto part = [&](std::int64_t i) { return reshape(slice(both, 0, i, 1), shape); };
  const Tensor radius = sqrt(-2.0 * log((part(0) + 1.0) * 0x1p-24));  // of (0, 1]: no logarithm of 0
  return radius * cos(part(1) * (2 * std::numbers::pi * 0x1p-24)) * deviation + mean;
}

Tensor dropout(Tensor x, double rate, const std::string& name, Where where) {
  if (rate == 0) return x;
  Graph& graph = x.graph();
  const std::string stream = graph.unique_name(name);
  const Tensor inputs[] = {x, random_key(graph, where)};
  return graph.apply_one(std::make_shared<Dropout>(rate, stream_of(stream)), inputs, where);
}

}  // namespace heed
