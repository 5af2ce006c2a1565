#include <cmath>

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/philox.h>
#include <heed/ops/random.h>

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

Tensor dropout(Tensor x, double rate, const std::string& name, Where where) {
  if (rate == 0) return x;
  Graph& graph = x.graph();
  const std::string stream = graph.unique_name(name);
  const Tensor inputs[] = {x, random_key(graph, where)};
  return graph.apply_one(std::make_shared<Dropout>(rate, stream_of(stream)), inputs, where);
}

}  // namespace heed
