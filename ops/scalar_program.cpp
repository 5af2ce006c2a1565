#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/error.h>
#include <heed/ops/scalar_program.h>

namespace heed {

std::string_view name_of(ScalarOp op) {
  switch (op) {
    case ScalarOp::constant:
      return "constant";
    case ScalarOp::add:
      return "add";
    case ScalarOp::subtract:
      return "subtract";
    case ScalarOp::multiply:
      return "multiply";
    case ScalarOp::divide:
      return "divide";
    case ScalarOp::remainder:
      return "remainder";
    case ScalarOp::negate:
      return "negate";
    case ScalarOp::absolute:
      return "absolute";
    case ScalarOp::minimum:
      return "minimum";
    case ScalarOp::maximum:
      return "maximum";
    case ScalarOp::equal:
      return "equal";
    case ScalarOp::less:
      return "less";
    case ScalarOp::less_equal:
      return "less_equal";
    case ScalarOp::logical_and:
      return "logical_and";
    case ScalarOp::logical_or:
      return "logical_or";
    case ScalarOp::logical_not:
      return "logical_not";
    case ScalarOp::select:
      return "select";
    case ScalarOp::exp:
      return "exp";
    case ScalarOp::log:
      return "log";
    case ScalarOp::tanh:
      return "tanh";
    case ScalarOp::erf:
      return "erf";
    case ScalarOp::sqrt:
      return "sqrt";
    case ScalarOp::sin:
      return "sin";
    case ScalarOp::cos:
      return "cos";
    case ScalarOp::power:
      return "power";
    case ScalarOp::floor:
      return "floor";
    case ScalarOp::bit_and:
      return "bit_and";
    case ScalarOp::bit_xor:
      return "bit_xor";
    case ScalarOp::shift_left:
      return "shift_left";
    case ScalarOp::shift_right:
      return "shift_right";
    case ScalarOp::multiply_high:
      return "multiply_high";
    case ScalarOp::is_finite:
      return "is_finite";
    case ScalarOp::convert:
      return "convert";
  }
  return "?";
}

int operand_count(ScalarOp op) {
  switch (op) {
    case ScalarOp::constant:
      return 0;
    case ScalarOp::negate:
    case ScalarOp::absolute:
    case ScalarOp::logical_not:
    case ScalarOp::exp:
    case ScalarOp::log:
    case ScalarOp::tanh:
    case ScalarOp::erf:
    case ScalarOp::sqrt:
    case ScalarOp::sin:
    case ScalarOp::cos:
    case ScalarOp::floor:
    case ScalarOp::is_finite:
    case ScalarOp::convert:
      return 1;
    case ScalarOp::add:
    case ScalarOp::subtract:
    case ScalarOp::multiply:
    case ScalarOp::divide:
    case ScalarOp::remainder:
    case ScalarOp::minimum:
    case ScalarOp::maximum:
    case ScalarOp::equal:
    case ScalarOp::less:
    case ScalarOp::less_equal:
    case ScalarOp::logical_and:
    case ScalarOp::logical_or:
    case ScalarOp::power:
    case ScalarOp::bit_and:
    case ScalarOp::bit_xor:
    case ScalarOp::shift_left:
    case ScalarOp::shift_right:
    case ScalarOp::multiply_high:
      return 2;
    case ScalarOp::select:
      return 3;
  }
  return 0;
}

DType ScalarProgram::type_of(Register reg) const {
  return is_input(reg) ? inputs[reg] : instruction(reg).dtype;
}

std::string to_string(const ScalarProgram& program) {
  std::string text;
  for (std::size_t i = 0; i < program.body.size(); ++i) {
    const ScalarInstruction& step = program.body[i];
    text += fmt::format("r{} = {}(", program.inputs.size() + i, name_of(step.op));
    if (step.op == ScalarOp::constant) text += fmt::format("{} {}", name_of(step.dtype), step.immediate);
    if (step.op == ScalarOp::convert) text += fmt::format("{} ", name_of(step.dtype));
    for (int k = 0; k < operand_count(step.op); ++k) {
      text += fmt::format("{}r{}", k ? ", " : "", step.operands[static_cast<std::size_t>(k)]);
    }
    text += "); ";
  }
  std::vector<std::string> results;
  for (const Register reg : program.results) results.push_back(fmt::format("r{}", reg));
  return fmt::format("{}-> {}", text, fmt::join(results, ", "));
}

Register ScalarBuilder::input(DType dtype) {
  if (!program_.body.empty()) throw InternalError("scalar program: an input after the first instruction");
  program_.inputs.push_back(dtype);
  return static_cast<Register>(program_.inputs.size() - 1);
}

Register ScalarBuilder::write(const ScalarInstruction& instruction) {
  const auto earlier = std::find(program_.body.begin(), program_.body.end(), instruction);
  const auto index = earlier - program_.body.begin();
  if (earlier == program_.body.end()) program_.body.push_back(instruction);
  return static_cast<Register>(program_.inputs.size() + static_cast<std::size_t>(index));
}

Register ScalarBuilder::constant(DType dtype, double value) {
  return write({ScalarOp::constant, dtype, {}, value});
}

Register ScalarBuilder::emit(ScalarOp op, DType dtype, Register a, Register b, Register c) {
  return write({op, dtype, {a, b, c}, 0});
}

Register ScalarBuilder::emit(ScalarOp op, Register a, Register b, Register c) {
  switch (op) {
    case ScalarOp::equal:
    case ScalarOp::less:
    case ScalarOp::less_equal:
    case ScalarOp::is_finite:
      return emit(op, DType::boolean, a, b, c);
    case ScalarOp::select:
      return emit(op, type_of(b), a, b, c);
    default:
      return emit(op, type_of(a), a, b, c);
  }
}

std::vector<Register> ScalarBuilder::append(const ScalarProgram& program, std::span<const Register> inputs) {
  std::vector<Register> registers(inputs.begin(), inputs.end());
  for (const ScalarInstruction& step : program.body) {
    ScalarInstruction moved = step;
    for (int k = 0; k < operand_count(step.op); ++k) {
      auto& operand = moved.operands[static_cast<std::size_t>(k)];
      operand = registers[operand];
    }
    registers.push_back(write(moved));
  }
  return registers;
}

ScalarProgram ScalarBuilder::finish(std::vector<Register> results) {
  program_.results = std::move(results);
  return std::move(program_);
}

CompactProgram compact(const ScalarProgram& program) {
  const std::size_t inputs = program.inputs.size();
  std::vector<bool> needed(inputs + program.body.size());
  for (const Register reg : program.results) needed[reg] = true;
  for (std::size_t i = program.body.size(); i-- > 0;) {
    if (!needed[inputs + i]) continue;
    const ScalarInstruction& step = program.body[i];
    for (int k = 0; k < operand_count(step.op); ++k)
      needed[step.operands[static_cast<std::size_t>(k)]] = true;
  }

  CompactProgram result;
  std::vector<Register> moved(needed.size());
  Register next = 0;
  for (std::size_t reg = 0; reg < needed.size(); ++reg) {
    if (!needed[reg]) continue;
    moved[reg] = next++;
    if (reg < inputs) {
      result.program.inputs.push_back(program.inputs[reg]);
      result.inputs.push_back(reg);
      continue;
    }
    ScalarInstruction step = program.body[reg - inputs];
    for (int k = 0; k < operand_count(step.op); ++k) {
      auto& operand = step.operands[static_cast<std::size_t>(k)];
      operand = moved[operand];
    }
    result.program.body.push_back(step);
  }
  for (const Register reg : program.results) result.program.results.push_back(moved[reg]);
  return result;
}

}  // namespace heed
