// The derivative of every scalar instruction, and the reverse sweep over a program.
#include <cmath>
#include <numbers>

#include <heed/ops/scalar_program.h>

namespace heed {

namespace {

// Accumulates d(outputs)/d(register) while instructions are visited from last to first.
class ReverseSweep {
 public:
  ReverseSweep(ScalarBuilder& out, std::vector<Register> values, std::size_t count)
      : out_(out), values_(std::move(values)), gradients_(count) {}

  void arrive(Register reg, Register gradient) {
    auto& slot = gradients_[reg];
    slot = slot ? out_.emit(ScalarOp::add, *slot, gradient) : gradient;
  }
  const std::optional<Register>& gradient(Register reg) const { return gradients_[reg]; }

  void visit(const ScalarInstruction& step, Register result);

 private:
  Register value(Register reg) const { return values_[reg]; }
  Register number(Register like, double constant) { return out_.constant(out_.type_of(like), constant); }
  Register mul(Register a, Register b) { return out_.emit(ScalarOp::multiply, a, b); }
  Register div(Register a, Register b) { return out_.emit(ScalarOp::divide, a, b); }
  Register sub(Register a, Register b) { return out_.emit(ScalarOp::subtract, a, b); }
  Register neg(Register a) { return out_.emit(ScalarOp::negate, a); }
  Register less(Register a, Register b) { return out_.emit(ScalarOp::less, a, b); }
  Register select(Register c, Register a, Register b) { return out_.emit(ScalarOp::select, c, a, b); }

  void visit_extremum(const ScalarInstruction& step, Register g);
  void visit_power(const ScalarInstruction& step, Register y, Register g);

  ScalarBuilder& out_;
  std::vector<Register> values_;
  std::vector<std::optional<Register>> gradients_;
};

// The larger (or smaller) operand takes the gradient; equal operands share it.
void ReverseSweep::visit_extremum(const ScalarInstruction& step, Register g) {
  const Register a = value(step.operands[0]);
  const Register b = value(step.operands[1]);
  const Register a_below = less(a, b);
  const Register b_below = less(b, a);
  const Register half = mul(g, number(g, 0.5));
  const Register zero = number(g, 0);
  const bool is_minimum = step.op == ScalarOp::minimum;
  const Register a_wins = is_minimum ? a_below : b_below;
  const Register b_wins = is_minimum ? b_below : a_below;
  arrive(step.operands[0], select(a_wins, g, select(b_wins, zero, half)));
  arrive(step.operands[1], select(b_wins, g, select(a_wins, zero, half)));
}

void ReverseSweep::visit_power(const ScalarInstruction& step, Register y, Register g) {
  const Register a = value(step.operands[0]);
  const Register b = value(step.operands[1]);
  const Register lower = out_.emit(ScalarOp::power, a, sub(b, number(b, 1)));
  arrive(step.operands[0], mul(g, mul(b, lower)));
  // The exponent's derivative exists for positive bases only; elsewhere it is taken as zero.
  const Register zero = number(a, 0);
  const Register positive = less(zero, a);
  const Register safe = select(positive, a, number(a, 1));
  arrive(step.operands[1], select(positive, mul(g, mul(y, out_.emit(ScalarOp::log, safe))), zero));
}

void ReverseSweep::visit(const ScalarInstruction& step, Register result) {
  if (!gradients_[result]) return;
  const Register g = *gradients_[result];
  const Register y = value(result);
  const Register first = step.operands[0];
  const Register second = step.operands[1];
  switch (step.op) {
    case ScalarOp::add:
      arrive(first, g);
      arrive(second, g);
      return;
    case ScalarOp::subtract:
      arrive(first, g);
      arrive(second, neg(g));
      return;
    case ScalarOp::multiply:
      arrive(first, mul(g, value(second)));
      arrive(second, mul(g, value(first)));
      return;
    case ScalarOp::divide: {
      const Register by_first = div(g, value(second));
      arrive(first, by_first);
      arrive(second, neg(mul(by_first, y)));
      return;
    }
    case ScalarOp::negate:
      return arrive(first, neg(g));
    case ScalarOp::absolute: {
      const Register zero = number(g, 0);
      const Register x = value(first);
      return arrive(first, select(less(x, zero), neg(g), select(less(zero, x), g, zero)));
    }
    case ScalarOp::minimum:
    case ScalarOp::maximum:
      return visit_extremum(step, g);
    case ScalarOp::select: {
      const Register zero = number(g, 0);
      arrive(second, select(value(first), g, zero));
      return arrive(step.operands[2], select(value(first), zero, g));
    }
    case ScalarOp::exp:
      return arrive(first, mul(g, y));
    case ScalarOp::log:
      return arrive(first, div(g, value(first)));
    case ScalarOp::tanh:
      return arrive(first, mul(g, sub(number(g, 1), mul(y, y))));
    case ScalarOp::erf: {
      const Register x = value(first);
      const Register bell = out_.emit(ScalarOp::exp, neg(mul(x, x)));
      return arrive(first, mul(g, mul(number(g, 2 * std::numbers::inv_sqrtpi), bell)));
    }
    case ScalarOp::sqrt:
      return arrive(first, div(mul(g, number(g, 0.5)), y));
    case ScalarOp::sin:
      return arrive(first, mul(g, out_.emit(ScalarOp::cos, value(first))));
    case ScalarOp::cos:
      return arrive(first, neg(mul(g, out_.emit(ScalarOp::sin, value(first)))));
    case ScalarOp::power:
      return visit_power(step, y, g);
    case ScalarOp::remainder: {  // a - b * trunc(a / b), and trunc is (a - y) / b
      arrive(first, g);
      const Register whole = div(sub(value(first), y), value(second));
      return arrive(second, neg(mul(g, whole)));
    }
    case ScalarOp::convert: {
      const DType from = out_.type_of(value(first));
      if (is_floating(from)) arrive(first, out_.emit(ScalarOp::convert, from, g));
      return;
    }
    // Steps and integers: nothing flows.
    case ScalarOp::constant:
    case ScalarOp::equal:
    case ScalarOp::less:
    case ScalarOp::less_equal:
    case ScalarOp::logical_and:
    case ScalarOp::logical_or:
    case ScalarOp::logical_not:
    case ScalarOp::floor:
    case ScalarOp::bit_and:
    case ScalarOp::bit_xor:
    case ScalarOp::shift_left:
    case ScalarOp::shift_right:
    case ScalarOp::multiply_high:
    case ScalarOp::is_finite:
      return;
  }
}

}  // namespace

ScalarGradient differentiate(const ScalarProgram& program, const std::vector<bool>& gradient_arrives) {
  using Source = ScalarGradient::Source;
  const std::size_t count = program.inputs.size() + program.body.size();
  ScalarBuilder out;
  std::vector<ScalarGradient::Argument> arguments;
  std::vector<Register> inputs;
  for (std::size_t i = 0; i < program.inputs.size(); ++i) {
    inputs.push_back(out.input(program.inputs[i]));
    arguments.push_back({Source::input, i});
  }
  std::vector<Register> outputs;
  for (std::size_t i = 0; i < program.results.size(); ++i) {
    outputs.push_back(out.input(program.type_of(program.results[i])));
    arguments.push_back({Source::output, i});
  }
  std::vector<std::optional<Register>> arriving(program.results.size());
  for (std::size_t i = 0; i < program.results.size(); ++i) {
    if (!gradient_arrives[i]) continue;
    arriving[i] = out.input(program.type_of(program.results[i]));
    arguments.push_back({Source::gradient, i});
  }

  // Forward values are recomputed, except those that are outputs and so are there already.
  std::vector<Register> values = out.append(program, inputs);
  for (std::size_t i = 0; i < program.results.size(); ++i) {
    if (!program.is_input(program.results[i])) values[program.results[i]] = outputs[i];
  }
  ReverseSweep sweep(out, values, count);
  for (std::size_t i = 0; i < program.results.size(); ++i) {
    if (arriving[i]) sweep.arrive(program.results[i], *arriving[i]);
  }
  for (std::size_t i = program.body.size(); i-- > 0;) {
    sweep.visit(program.body[i], static_cast<Register>(program.inputs.size() + i));
  }

  ScalarGradient gradient;
  std::vector<Register> results;
  for (std::size_t i = 0; i < program.inputs.size(); ++i) {
    const auto& reg = sweep.gradient(static_cast<Register>(i));
    if (!reg || !is_floating(program.inputs[i])) {
      gradient.results.emplace_back();
      continue;
    }
    gradient.results.emplace_back(results.size());
    results.push_back(*reg);
  }
  CompactProgram small = compact(out.finish(std::move(results)));
  gradient.program = std::move(small.program);
  for (const std::size_t kept : small.inputs) gradient.arguments.push_back(arguments[kept]);
  return gradient;
}

}  // namespace heed
