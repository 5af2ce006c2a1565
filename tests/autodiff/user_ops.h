// Ops as a user would write them, for trying what gradients() makes of them.
#pragma once

#include <heed/graph/graph.h>
#include <heed/ops/elementwise.h>

namespace heed::test {

// A composite of two inputs: x * tanh(y). Without a gradient of its own.
struct Gated final : Op {
  std::string_view name() const override { return "gated"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override { return {inputs[0] * tanh(inputs[1])}; }
};

// A composite with two outputs: the square and the cube.
struct Powers final : Op {
  std::string_view name() const override { return "powers"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0], inputs[0]}; }
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override {
    const Tensor x = inputs[0];
    return {x * x, x * x * x};
  }
};

// A composite made of another composite.
struct SelfGated final : Op {
  std::string_view name() const override { return "self_gated"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override {
    const Tensor both[] = {inputs[0], inputs[0]};
    return inputs[0].graph().apply(std::make_shared<Gated>(), both);
  }
};

// x * x with a wrong rule: its gradient is 2 x, but for elements from number `first_wrong` on it gives 3 x.
struct WrongSquare final : Op {
  explicit WrongSquare(std::int64_t first_wrong) : first_wrong(first_wrong) {}
  std::string_view name() const override { return "wrong_square"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override { return {inputs[0] * inputs[0]}; }
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override {
    const Tensor x = forward.inputs[0];
    Array factors(x.dtype(), x.shape());
    for (std::int64_t i = 0; i < factors.elements(); ++i) factors.set_number(i, i < first_wrong ? 2 : 3);
    return Gradients{*outputs[0] * x * x.graph().constant(std::move(factors))};
  }

  std::int64_t first_wrong;
};

// A primitive that no backend has a kernel for, without a gradient.
struct Mystery final : Op {
  std::string_view name() const override { return "mystery"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
};

template <typename OpType>
Tensors apply(std::initializer_list<Tensor> inputs, Where where = Where::current()) {
  return inputs.begin()->graph().apply(std::make_shared<OpType>(), std::span(inputs.begin(), inputs.size()),
                                       where);
}

}  // namespace heed::test
