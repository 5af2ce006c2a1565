// Elementwise ops: one primitive that holds a ScalarProgram, and the functions that write such programs.
// Operands broadcast by NumPy's rule. Numbers take the type of the tensor they meet.
#pragma once

#include <heed/graph/graph.h>
#include <heed/ops/scalar_program.h>

namespace heed {

struct Elementwise final : Op {
  explicit Elementwise(ScalarProgram program) : program(std::move(program)) {}

  std::string_view name() const override;  // of its only instruction, or "elementwise"
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types inputs, Types outputs) const override;  // one for each instruction and element
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  bool may_overwrite(std::size_t, std::size_t) const override { return true; }
  bool same_as(const Op& other) const override;

  ScalarProgram program;
};

// One node that runs `program` on tensors of the types it names; one tensor for each result.
Tensors elementwise(ScalarProgram program, std::span<const Tensor> inputs, Where where = Where::current());

// The op that copies: a program without instructions.
OpPtr identity(DType dtype);

// A tensor or a number, and the line on which it was written.
struct Operand {
  Operand(Tensor tensor, Where where = Where::current());  // throws Error for a tensor that names nothing
  Operand(double number, Where where = Where::current()) : number(number), where(where) {}

  Tensor tensor;  // names nothing for a number
  double number = 0;
  Where where;
};

Tensor add(Operand a, Operand b);
Tensor subtract(Operand a, Operand b);
Tensor multiply(Operand a, Operand b);
Tensor divide(Operand a, Operand b);     // integers truncate toward zero
Tensor remainder(Operand a, Operand b);  // with the sign of a; its jumps have no gradient
Tensor minimum(Operand a, Operand b);    // equal operands share the gradient
Tensor maximum(Operand a, Operand b);
Tensor power(Operand a, Operand b);

inline Tensor operator+(Operand a, Operand b) {
  return add(a, b);
}
inline Tensor operator-(Operand a, Operand b) {
  return subtract(a, b);
}
inline Tensor operator*(Operand a, Operand b) {
  return multiply(a, b);
}
inline Tensor operator/(Operand a, Operand b) {
  return divide(a, b);
}

// Comparisons give booleans; nothing flows back through them.
Tensor equal(Operand a, Operand b);
Tensor less(Operand a, Operand b);
Tensor less_equal(Operand a, Operand b);
Tensor greater(Operand a, Operand b);
Tensor greater_equal(Operand a, Operand b);
Tensor logical_and(Operand a, Operand b);
Tensor logical_or(Operand a, Operand b);
Tensor logical_not(Operand a);
Tensor select(Operand condition, Operand if_true, Operand if_false);

Tensor negate(Operand x);
inline Tensor operator-(Operand x) {
  return negate(x);
}
Tensor absolute(Operand x);
Tensor exp(Operand x);
Tensor log(Operand x);
Tensor tanh(Operand x);
Tensor erf(Operand x);
Tensor sqrt(Operand x);
Tensor sin(Operand x);
Tensor cos(Operand x);
Tensor floor(Operand x);
Tensor is_finite(Operand x);
Tensor square(Operand x);
Tensor relu(Operand x);     // max(x, 0); the gradient at 0 is 0
Tensor sigmoid(Operand x);  // 1 / (1 + exp(-x)), through tanh: safe for large |x|

// Unsigned 32-bit arithmetic, for hashes and random bits.
Tensor bit_and(Operand a, Operand b);
Tensor bit_xor(Operand a, Operand b);
Tensor shift_left(Operand a, Operand b);
Tensor shift_right(Operand a, Operand b);
Tensor multiply_high(Operand a, Operand b);

Tensor cast(Operand x, DType dtype);

// x's value, through which no gradient flows.
Tensor stop_gradient(Operand x);

// A scalar with the given value, in the graph and type of `like`.
Tensor scalar_like(Tensor like, double value, Where where = Where::current());
Tensor zeros_like(Tensor like, Where where = Where::current());

}  // namespace heed
