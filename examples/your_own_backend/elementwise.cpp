// Elements, and elementwise ops: a scalar program interpreted once for each element.
#include <algorithm>
#include <map>

#include "slate_kernels.h"

namespace slate {

using heed::DType;
using heed::ScalarOp;

namespace {

template <typename T>
T read(const std::byte* data, std::int64_t index) {
  T value;
  std::memcpy(&value, data + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
  return value;
}

template <typename T>
void write(std::byte* data, std::int64_t index, T value) {
  std::memcpy(data + index * static_cast<std::int64_t>(sizeof(T)), &value, sizeof(T));
}

std::int64_t whole(double value) {
  return std::isfinite(value) ? static_cast<std::int64_t>(value) : 0;
}
std::uint32_t bits(double value) {
  return static_cast<std::uint32_t>(whole(value));
}

// Integers wrap around in 32 bits; division by zero gives 0.
double arithmetic(ScalarOp op, DType dtype, double a, double b) {
  const bool real = heed::is_floating(dtype);
  const std::int64_t x = whole(a), y = whole(b);
  switch (op) {
    case ScalarOp::add:
      return a + b;
    case ScalarOp::subtract:
      return a - b;
    case ScalarOp::multiply:
      return real ? a * b : bits(a) * bits(b);
    case ScalarOp::divide:
      return real ? a / b : y == 0 ? 0 : static_cast<double>(x / y);
    case ScalarOp::remainder:
      return real ? std::fmod(a, b) : y == 0 ? 0 : static_cast<double>(x % y);
    case ScalarOp::power:
      return std::pow(a, b);
    case ScalarOp::minimum:
      return std::isnan(a) || std::isnan(b) ? NAN : std::min(a, b);
    case ScalarOp::maximum:
      return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
    case ScalarOp::bit_and:
      return bits(a) & bits(b);
    case ScalarOp::bit_xor:
      return bits(a) ^ bits(b);
    case ScalarOp::shift_left:
      return bits(b) < 32 ? bits(a) << bits(b) : 0;
    case ScalarOp::shift_right:
      return bits(b) < 32 ? bits(a) >> bits(b) : 0;
    default:  // multiply_high
      return static_cast<double>((std::uint64_t{bits(a)} * bits(b)) >> 32);
  }
}

double evaluate(const heed::ScalarInstruction& step, double a, double b, double c) {
  static const std::map<ScalarOp, double (*)(double)> functions = {
      {ScalarOp::exp, std::exp}, {ScalarOp::log, std::log},    {ScalarOp::tanh, std::tanh},
      {ScalarOp::erf, std::erf}, {ScalarOp::sqrt, std::sqrt},  {ScalarOp::sin, std::sin},
      {ScalarOp::cos, std::cos}, {ScalarOp::floor, std::floor}};
  if (const auto found = functions.find(step.op); found != functions.end()) return found->second(a);
  switch (step.op) {
    case ScalarOp::constant:
      return step.immediate;
    case ScalarOp::negate:
      return -a;
    case ScalarOp::absolute:
      return std::abs(a);
    case ScalarOp::equal:
      return a == b;
    case ScalarOp::less:
      return a < b;
    case ScalarOp::less_equal:
      return a <= b;
    case ScalarOp::logical_and:
      return a != 0 && b != 0;
    case ScalarOp::logical_or:
      return a != 0 || b != 0;
    case ScalarOp::logical_not:
      return a == 0;
    case ScalarOp::select:
      return a != 0 ? b : c;
    case ScalarOp::is_finite:
      return std::isfinite(a);
    case ScalarOp::convert:
      return heed::is_floating(step.dtype) || step.dtype == DType::boolean ? a
                                                                           : static_cast<double>(whole(a));
    default:
      return arithmetic(step.op, step.dtype, a, b);
  }
}

}  // namespace

double load(DType dtype, const std::byte* data, std::int64_t index) {
  switch (dtype) {
    case DType::f32:
      return read<float>(data, index);
    case DType::bf16:
      return heed::to_float(read<heed::BFloat16>(data, index));
    case DType::i32:
      return read<std::int32_t>(data, index);
    case DType::u32:
      return read<std::uint32_t>(data, index);
    default:
      return read<std::uint8_t>(data, index);
  }
}

void store(DType dtype, std::byte* data, std::int64_t index, double value) {
  switch (dtype) {
    case DType::f32:
      return write(data, index, static_cast<float>(value));
    case DType::bf16:
      return write(data, index, heed::to_bfloat16(static_cast<float>(value)));
    case DType::i32:
    case DType::u32:
      return write(data, index, bits(value));
    default:
      return write(data, index, static_cast<std::uint8_t>(value != 0));
  }
}

double rounded(DType dtype, double value) {
  std::byte element[sizeof(double)];
  store(dtype, element, 0, value);
  return load(dtype, element, 0);
}

std::int64_t offset_of(std::int64_t index, const heed::Shape& shape, const heed::Strides& strides) {
  std::int64_t offset = 0;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    offset += index % shape[axis] * strides[static_cast<std::size_t>(axis)];
    index /= shape[axis];
  }
  return offset;
}

// Results are dense; operands repeat along the axes that they lack, and may lie in any order.
void elementwise(const heed::Elementwise& op, const Operands& inputs, const Operands& outputs) {
  const heed::ScalarProgram& program = op.program;
  const auto live = std::ranges::find_if(outputs, [](const Operand& output) { return output.data; });
  const heed::Shape& shape = live->shape();
  std::vector<heed::Strides> strides;
  for (const Operand& input : inputs)
    strides.push_back(heed::broadcast_strides(input.shape(), input.layout.strides, shape));
  std::vector<double> values(program.inputs.size() + program.body.size());
  for (std::int64_t i = 0; i < shape.elements(); ++i) {
    for (std::size_t k = 0; k < inputs.size(); ++k)
      values[k] = inputs[k].get(offset_of(i, shape, strides[k]));
    for (std::size_t k = 0; k < program.body.size(); ++k) {
      const heed::ScalarInstruction& step = program.body[k];
      const auto [a, b, c] = step.operands;
      values[inputs.size() + k] = rounded(step.dtype, evaluate(step, values[a], values[b], values[c]));
    }
    for (std::size_t k = 0; k < outputs.size(); ++k)
      if (outputs[k].data) outputs[k].set(i, values[program.results[k]]);
  }
}

}  // namespace slate
