// A product of matrices and the elementwise op that alone reads it, as one op: what fusion makes of a bias,
// an activation and their like.
#pragma once

#include <heed/ops/matmul.h>
#include <heed/ops/scalar_program.h>

namespace heed {

// a, b, the accumulate operand if there is one, then what `program` takes besides the product, which is its
// first input. The others broadcast to the product's shape, which the result has.
struct MatmulElementwise final : Op {
  MatmulElementwise(const Matmul& product, bool accumulates, ScalarProgram program)
      : product(product), accumulates(accumulates), program(std::move(program)) {}
  std::string_view name() const override { return "matmul_elementwise"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types inputs, Types outputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  bool same_as(const Op& other) const override;

  std::size_t product_inputs() const { return accumulates ? 3 : 2; }

  Matmul product;
  bool accumulates;
  ScalarProgram program;  // with one result
};

// `inputs` as above. Throws ShapeError where matmul() or an elementwise op would.
Tensor matmul_elementwise(const Matmul& product, bool accumulates, ScalarProgram program,
                          std::span<const Tensor> inputs, Where where = Where::current());

}  // namespace heed
