// Elementwise: the scalar program interpreted element by element. Floating-point instructions compute in
// double and round to their own type, which for + - * / and sqrt is exactly the type's own arithmetic.
#include <algorithm>
#include <cmath>

#include <heed/backends/reference/elements.h>
#include <heed/backends/reference/make.h>

namespace heed::reference {

namespace {

Scalar truth(bool value) {
  return {0, value ? 1 : 0};
}

Scalar integer(DType dtype, std::uint64_t bits) {
  switch (dtype) {
    case DType::i32:
      return {0, static_cast<std::int32_t>(static_cast<std::uint32_t>(bits))};
    case DType::u32:
      return {0, static_cast<std::int64_t>(static_cast<std::uint32_t>(bits))};
    default:
      return {0, static_cast<std::int64_t>(bits)};
  }
}

// Division of integers; by zero gives 0, as the instruction set has no traps.
std::int64_t quotient(std::int64_t a, std::int64_t b) {
  return b == 0 ? 0 : b == -1 ? static_cast<std::int64_t>(-static_cast<std::uint64_t>(a)) : a / b;
}
std::int64_t rest(std::int64_t a, std::int64_t b) {
  return b == 0 || b == -1 ? 0 : a % b;
}

bool is_less(DType dtype, Scalar a, Scalar b) {
  return is_floating(dtype) ? a.real < b.real : a.whole < b.whole;
}

Scalar arithmetic(ScalarOp op, DType dtype, Scalar a, Scalar b) {
  const bool real = is_floating(dtype);
  const auto x = static_cast<std::uint64_t>(a.whole);
  const auto y = static_cast<std::uint64_t>(b.whole);
  switch (op) {
    case ScalarOp::add:
      return real ? from_double(dtype, a.real + b.real) : integer(dtype, x + y);
    case ScalarOp::subtract:
      return real ? from_double(dtype, a.real - b.real) : integer(dtype, x - y);
    case ScalarOp::multiply:
      return real ? from_double(dtype, a.real * b.real) : integer(dtype, x * y);
    case ScalarOp::divide:
      return real ? from_double(dtype, a.real / b.real)
                  : integer(dtype, static_cast<std::uint64_t>(quotient(a.whole, b.whole)));
    case ScalarOp::remainder:
      return real ? from_double(dtype, std::fmod(a.real, b.real))
                  : integer(dtype, static_cast<std::uint64_t>(rest(a.whole, b.whole)));
    case ScalarOp::power:
      return from_double(dtype, std::pow(a.real, b.real));
    default:
      return {};
  }
}

// NaN operands win, so that a NaN is never hidden by an extremum.
Scalar extremum(ScalarOp op, DType dtype, Scalar a, Scalar b) {
  if (is_floating(dtype) && (std::isnan(a.real) || std::isnan(b.real))) return {NAN, 0};
  const bool a_first = op == ScalarOp::minimum ? !is_less(dtype, b, a) : !is_less(dtype, a, b);
  return a_first ? a : b;
}

Scalar transcendental(ScalarOp op, DType dtype, double x) {
  switch (op) {
    case ScalarOp::exp:
      return from_double(dtype, std::exp(x));
    case ScalarOp::log:
      return from_double(dtype, std::log(x));
    case ScalarOp::tanh:
      return from_double(dtype, std::tanh(x));
    case ScalarOp::erf:
      return from_double(dtype, std::erf(x));
    case ScalarOp::sqrt:
      return from_double(dtype, std::sqrt(x));
    case ScalarOp::sin:
      return from_double(dtype, std::sin(x));
    case ScalarOp::cos:
      return from_double(dtype, std::cos(x));
    case ScalarOp::floor:
      return from_double(dtype, std::floor(x));
    default:
      return {};
  }
}

Scalar bitwise(ScalarOp op, Scalar a, Scalar b) {
  const auto x = static_cast<std::uint32_t>(a.whole);
  const auto y = static_cast<std::uint32_t>(b.whole);
  switch (op) {
    case ScalarOp::bit_and:
      return {0, x & y};
    case ScalarOp::bit_xor:
      return {0, x ^ y};
    case ScalarOp::shift_left:
      return {0, y < 32 ? x << y : 0u};
    case ScalarOp::shift_right:
      return {0, y < 32 ? x >> y : 0u};
    case ScalarOp::multiply_high:
      return {0, static_cast<std::int64_t>((std::uint64_t{x} * y) >> 32)};
    default:
      return {};
  }
}

Scalar evaluate(const ScalarInstruction& step, DType operand, Scalar a, Scalar b, Scalar c) {
  switch (step.op) {
    case ScalarOp::constant:
      return from_double(step.dtype, step.immediate);
    case ScalarOp::add:
    case ScalarOp::subtract:
    case ScalarOp::multiply:
    case ScalarOp::divide:
    case ScalarOp::remainder:
    case ScalarOp::power:
      return arithmetic(step.op, step.dtype, a, b);
    case ScalarOp::negate:
      return is_floating(step.dtype) ? Scalar{-a.real, 0}
                                     : integer(step.dtype, -static_cast<std::uint64_t>(a.whole));
    case ScalarOp::absolute:
      if (is_floating(step.dtype)) return {std::abs(a.real), 0};
      return a.whole < 0 ? integer(step.dtype, -static_cast<std::uint64_t>(a.whole)) : a;
    case ScalarOp::minimum:
    case ScalarOp::maximum:
      return extremum(step.op, step.dtype, a, b);
    case ScalarOp::equal:
      return truth(is_floating(operand) ? a.real == b.real : a.whole == b.whole);
    case ScalarOp::less:
      return truth(is_less(operand, a, b));
    case ScalarOp::less_equal:
      return truth(is_floating(operand) ? a.real <= b.real : a.whole <= b.whole);
    case ScalarOp::logical_and:
      return truth(a.whole && b.whole);
    case ScalarOp::logical_or:
      return truth(a.whole || b.whole);
    case ScalarOp::logical_not:
      return truth(!a.whole);
    case ScalarOp::select:
      return a.whole ? b : c;
    case ScalarOp::exp:
    case ScalarOp::log:
    case ScalarOp::tanh:
    case ScalarOp::erf:
    case ScalarOp::sqrt:
    case ScalarOp::sin:
    case ScalarOp::cos:
    case ScalarOp::floor:
      return transcendental(step.op, step.dtype, a.real);
    case ScalarOp::bit_and:
    case ScalarOp::bit_xor:
    case ScalarOp::shift_left:
    case ScalarOp::shift_right:
    case ScalarOp::multiply_high:
      return bitwise(step.op, a, b);
    case ScalarOp::is_finite:
      return truth(std::isfinite(a.real));
    case ScalarOp::convert:
      if (is_floating(operand)) return from_double(step.dtype, a.real);
      if (is_floating(step.dtype)) return from_double(step.dtype, static_cast<double>(a.whole));
      return step.dtype == DType::boolean ? truth(a.whole != 0)
                                          : integer(step.dtype, static_cast<std::uint64_t>(a.whole));
  }
  return {};
}

void run_program(const ScalarProgram& program, std::span<Scalar> registers) {
  const std::size_t inputs = program.inputs.size();
  for (std::size_t i = 0; i < program.body.size(); ++i) {
    const ScalarInstruction& step = program.body[i];
    const auto [a, b, c] = step.operands;
    registers[inputs + i] = evaluate(step, program.type_of(a), registers[a], registers[b], registers[c]);
  }
}

}  // namespace

Kernel make_elementwise(const Elementwise& op, const KernelRequest& request) {
  const ScalarProgram program = op.program;
  const Shape shape = request.outputs[0].type.shape;
  std::vector<Strides> strides;
  for (const TensorLayout& input : request.inputs)
    strides.push_back(broadcast_strides(input.type.shape, input.strides, shape));
  const std::size_t registers = program.inputs.size() + program.body.size();

  Kernel kernel;
  kernel.scratch_bytes = static_cast<std::int64_t>(registers * sizeof(Scalar));
  kernel.run = [program, shape, strides, registers](const KernelCall& call) {
    const std::span<Scalar> values(reinterpret_cast<Scalar*>(call.scratch), registers);
    std::array<std::int64_t, max_rank> index{};
    for (std::int64_t i = 0; i < shape.elements(); ++i) {
      for (std::size_t t = 0; t < program.inputs.size(); ++t) {
        std::int64_t offset = 0;
        for (std::size_t axis = 0; axis < strides[t].size(); ++axis) offset += index[axis] * strides[t][axis];
        values[t] = load(program.inputs[t], call.inputs[t], offset);
      }
      run_program(program, values);
      for (std::size_t r = 0; r < program.results.size(); ++r) {
        if (!call.outputs[r]) continue;
        store(program.type_of(program.results[r]), call.outputs[r], i, values[program.results[r]]);
      }
      for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        if (++index[static_cast<std::size_t>(axis)] < shape[axis]) break;
        index[static_cast<std::size_t>(axis)] = 0;
      }
    }
  };
  return kernel;
}

}  // namespace heed::reference
