#include <heed/ops/elementwise.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/reduce.h>

namespace heed {

namespace {

// Writes an update's formulas in the type of its parameter.
struct Formula {
  explicit Formula(DType dtype) : dtype(dtype) {}

  Register input() { return builder.input(dtype); }
  Register number(double value) { return builder.constant(dtype, value); }
  Register add(Register a, Register b) { return builder.emit(ScalarOp::add, a, b); }
  Register sub(Register a, Register b) { return builder.emit(ScalarOp::subtract, a, b); }
  Register mul(Register a, Register b) { return builder.emit(ScalarOp::multiply, a, b); }
  Register div(Register a, Register b) { return builder.emit(ScalarOp::divide, a, b); }
  Register sqrt(Register x) { return builder.emit(ScalarOp::sqrt, x); }
  // share * old + (1 - share) * fresh
  Register blend(double share, Register old, Register fresh) {
    return add(mul(number(share), old), mul(number(1 - share), fresh));
  }

  DType dtype;
  ScalarBuilder builder;
};

}  // namespace

AdamState adam_update(const AdamState& state, Tensor gradient, Tensor rate, Tensor correction1,
                      Tensor correction2, const AdamCoefficients& coefficients, Where where) {
  Formula f(state.parameter.dtype());
  const Register parameter = f.input(), first = f.input(), second = f.input(), g = f.input(), lr = f.input(),
                 c1 = f.input(), c2 = f.input();
  const Register new_first = f.blend(coefficients.beta1, first, g);
  const Register new_second = f.blend(coefficients.beta2, second, f.mul(g, g));
  const Register corrected = f.div(new_first, c1);
  const Register deviation = f.sqrt(f.div(new_second, c2));
  const Register below = f.add(deviation, f.number(coefficients.epsilon));
  const Register step = f.mul(lr, f.div(corrected, below));
  const double decay = coefficients.weight_decay;
  const Register decayed =
      decay == 0 ? parameter : f.mul(parameter, f.sub(f.number(1), f.mul(lr, f.number(decay))));
  const Register moved = f.sub(decayed, step);
  const Tensor inputs[] = {state.parameter, state.first_moment, state.second_moment, gradient, rate,
                           correction1,     correction2};
  const Tensors results = elementwise(f.builder.finish({moved, new_first, new_second}), inputs, where);
  return {results[0], results[1], results[2]};
}

Tensor sgd_update(Tensor parameter, Tensor gradient, Tensor rate, Where where) {
  const auto origin = parameter.graph().at(where);
  return parameter - rate * gradient;
}

MomentumState momentum_update(const MomentumState& state, Tensor gradient, Tensor rate,
                              const MomentumCoefficients& coefficients, Where where) {
  Formula f(state.parameter.dtype());
  const Register parameter = f.input(), velocity = f.input(), g = f.input(), lr = f.input();
  const Register momentum = f.number(coefficients.momentum);
  const Register next = f.add(f.mul(momentum, velocity), g);
  const Register step = coefficients.nesterov ? f.add(g, f.mul(momentum, next)) : next;
  const Register moved = f.sub(parameter, f.mul(lr, step));
  const Tensor inputs[] = {state.parameter, state.momentum, gradient, rate};
  const Tensors results = elementwise(f.builder.finish({moved, next}), inputs, where);
  return {results[0], results[1]};
}

AdadeltaState adadelta_update(const AdadeltaState& state, Tensor gradient, Tensor rate,
                              const AdadeltaCoefficients& coefficients, Where where) {
  Formula f(state.parameter.dtype());
  const Register parameter = f.input(), gradients = f.input(), steps = f.input(), g = f.input(),
                 lr = f.input();
  const Register epsilon = f.number(coefficients.epsilon);
  const Register new_gradients = f.blend(coefficients.rho, gradients, f.mul(g, g));
  const Register ratio = f.div(f.sqrt(f.add(steps, epsilon)), f.sqrt(f.add(new_gradients, epsilon)));
  const Register step = f.mul(ratio, g);
  const Register new_steps = f.blend(coefficients.rho, steps, f.mul(step, step));
  const Register moved = f.sub(parameter, f.mul(lr, step));
  const Tensor inputs[] = {state.parameter, state.gradients, state.steps, gradient, rate};
  const Tensors results = elementwise(f.builder.finish({moved, new_gradients, new_steps}), inputs, where);
  return {results[0], results[1], results[2]};
}

Tensor global_norm(std::span<const Tensor> tensors, Where where) {
  const auto origin = tensors.front().graph().at(where);
  Tensor total = sum(square(tensors.front()));
  for (const Tensor& tensor : tensors.subspan(1)) total = total + sum(square(tensor));
  return sqrt(total);
}

}  // namespace heed
