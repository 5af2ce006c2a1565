#include <heed/ops/elementwise.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/reduce.h>

namespace heed {

AdamState adam_update(const AdamState& state, Tensor gradient, Tensor rate, Tensor correction1,
                      Tensor correction2, const AdamCoefficients& coefficients, Where where) {
  const DType dtype = state.parameter.dtype();
  ScalarBuilder b;
  const Register parameter = b.input(dtype);
  const Register first = b.input(dtype);
  const Register second = b.input(dtype);
  const Register g = b.input(dtype);
  const Register lr = b.input(dtype);
  const Register c1 = b.input(dtype);
  const Register c2 = b.input(dtype);
  const auto blend = [&](double beta, Register old, Register fresh) {
    return b.emit(ScalarOp::add, b.emit(ScalarOp::multiply, b.constant(dtype, beta), old),
                  b.emit(ScalarOp::multiply, b.constant(dtype, 1 - beta), fresh));
  };
  const Register new_first = blend(coefficients.beta1, first, g);
  const Register new_second = blend(coefficients.beta2, second, b.emit(ScalarOp::multiply, g, g));
  const Register corrected = b.emit(ScalarOp::divide, new_first, c1);
  const Register deviation = b.emit(ScalarOp::sqrt, b.emit(ScalarOp::divide, new_second, c2));
  const Register below = b.emit(ScalarOp::add, deviation, b.constant(dtype, coefficients.epsilon));
  const Register step = b.emit(ScalarOp::multiply, lr, b.emit(ScalarOp::divide, corrected, below));
  const Register moved = b.emit(ScalarOp::subtract, parameter, step);
  const Tensor inputs[] = {state.parameter, state.first_moment, state.second_moment, gradient, rate,
                           correction1,     correction2};
  const Tensors results = elementwise(b.finish({moved, new_first, new_second}), inputs, where);
  return {results[0], results[1], results[2]};
}

Tensor sgd_update(Tensor parameter, Tensor gradient, Tensor rate, Where where) {
  const auto origin = parameter.graph().at(where);
  return parameter - rate * gradient;
}

Tensor global_norm(std::span<const Tensor> tensors, Where where) {
  const auto origin = tensors.front().graph().at(where);
  Tensor total = sum(square(tensors.front()));
  for (const Tensor& tensor : tensors.subspan(1)) total = total + sum(square(tensor));
  return sqrt(total);
}

}  // namespace heed
