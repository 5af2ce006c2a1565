// matmul: batched matrix product, with transposes as attributes and an optional accumulate operand.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// a [..., M, K] times b [..., K, N] (each with its last two axes swapped where the attribute says so),
// plus c [..., M, N] if a third input is given. Leading axes broadcast. A wide product of bf16 or f16
// operands is f32, as it was summed, and so is c.
struct Matmul final : Op {
  Matmul(bool transpose_a, bool transpose_b, bool wide = false)
      : transpose_a(transpose_a), transpose_b(transpose_b), wide(wide) {}
  std::string_view name() const override { return "matmul"; }
  Attributes attributes() const override;
  std::vector<std::string_view> input_names() const override { return {"a", "b", "accumulate"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types inputs, Types outputs) const override;  // 2 M N K for each product
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  bool may_overwrite(std::size_t output, std::size_t input) const override {
    return output == 0 && input == 2;
  }

  bool transpose_a;
  bool transpose_b;
  bool wide;
};

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
  Tensor accumulate = {};  // added to the product
  bool wide = false;       // an f32 product of bf16 or f16 operands
};

Tensor matmul(Tensor a, Tensor b, MatmulOptions options = {}, Where where = Where::current());

}  // namespace heed
