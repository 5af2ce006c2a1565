// An elementwise op and the reduction of its result, as one op: what fusion makes of a chain that only a
// reduction reads.
#pragma once

#include <heed/ops/reduce.h>
#include <heed/ops/scalar_program.h>

namespace heed {

// The operands broadcast to one shape, as in Elementwise; `axes` are of that shape.
struct ElementwiseReduce final : Op {
  ElementwiseReduce(ScalarProgram program, Reduce reduce)
      : program(std::move(program)), reduce(std::move(reduce)) {}
  std::string_view name() const override { return "elementwise_reduce"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  bool same_as(const Op& other) const override;

  ScalarProgram program;  // with one result
  Reduce reduce;
};

// Reduces the only result of `program`. Throws ShapeError where Elementwise or Reduce would.
Tensor elementwise_reduce(ScalarProgram program, const Reduce& reduce, std::span<const Tensor> inputs,
                          Where where = Where::current());

}  // namespace heed
