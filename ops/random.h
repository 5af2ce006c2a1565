// Random numbers as pure functions: bits depend on the seed, the run counter, a stream and the element's
// index alone.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// u32[4]: the seed (low, high) and the run counter (low, high), supplied by the executable for each run.
struct RandomKey final : Op {
  std::string_view name() const override { return "random_key"; }
  std::vector<TensorType> infer(Types) const override { return {{DType::u32, {4}}}; }
};

// Element i of the result is word i % 4 of philox({i / 4, stream, counter low, counter high}, seed).
struct RandomBits final : Op {
  RandomBits(std::uint32_t stream, Shape shape) : stream(stream), shape(shape) {}
  std::string_view name() const override { return "random_bits"; }
  Attributes attributes() const override;
  std::vector<std::string_view> input_names() const override { return {"key"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  std::optional<Gradients> gradient(const Applied&, std::span<const std::optional<Tensor>>) const override {
    return Gradients{std::nullopt};
  }

  std::uint32_t stream;
  Shape shape;
};

// 0, 1, 2 ... along one axis, repeated along the others.
struct Iota final : Op {
  Iota(TensorType type, int axis) : type(type), axis(axis) {}
  std::string_view name() const override { return "iota"; }
  Attributes attributes() const override { return {{"type", to_string(type)}, {"axis", std::int64_t{axis}}}; }
  std::vector<TensorType> infer(Types) const override { return {type}; }

  TensorType type;
  int axis;
};

// Zeros each element with probability `rate` and scales the others by 1 / (1 - rate). Linear in x, so its
// gradient is the same op on the gradient, with the same bits.
struct Dropout final : Op {
  Dropout(double rate, std::uint32_t stream) : rate(rate), stream(stream) {}
  std::string_view name() const override { return "dropout"; }
  Attributes attributes() const override { return {{"rate", rate}, {"stream", std::int64_t{stream}}}; }
  std::vector<std::string_view> input_names() const override { return {"x", "key"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  bool may_overwrite(std::size_t output, std::size_t input) const override {
    return output == 0 && input == 0;
  }

  std::uint32_t threshold() const;  // an element stays when its bits are at least this

  double rate;
  std::uint32_t stream;
};

Tensor random_key(Graph& graph, Where where = Where::current());  // one for each graph
Tensor random_bits(Tensor key, std::uint32_t stream, Shape shape, Where where = Where::current());
Tensor iota(Graph& graph, TensorType type, int axis, Where where = Where::current());

// Numbers drawn evenly from [low, high): multiples of 2^-24 in [0, 1), scaled. The stream is named as
// dropout's is. Nothing flows back.
struct RandomOptions {
  DType dtype = DType::f32;
  std::string name = "random";
};
Tensor uniform(Graph& graph, Shape shape, double low = 0, double high = 1, const RandomOptions& options = {},
               Where where = Where::current());

// Numbers from the normal distribution of this mean and deviation, by Box and Muller 1958. On different
// backends they are equal but for rounding.
Tensor normal(Graph& graph, Shape shape, double mean = 0, double deviation = 1,
              const RandomOptions& options = {}, Where where = Where::current());

// The stream is named by the open scopes, `name` and how many dropouts of that name came before.
// A rate of 0 returns x itself.
Tensor dropout(Tensor x, double rate, const std::string& name = "dropout", Where where = Where::current());

}  // namespace heed
