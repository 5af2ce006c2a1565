// ScalarProgram: the body of an elementwise op as data, a short list of scalar instructions. Interpreters,
// vector kernels and shader emitters read the same list; fusing two ops concatenates their programs.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <heed/graph/dtype.h>

namespace heed {

// The closed set. Floating arithmetic is IEEE in the instruction's own type; integers wrap around.
enum class ScalarOp : std::uint8_t {
  constant,  // the immediate
  add,
  subtract,
  multiply,
  divide,
  remainder,  // integer division truncates toward zero
  negate,
  absolute,
  minimum,
  maximum,
  equal,
  less,
  less_equal,  // boolean results
  logical_and,
  logical_or,
  logical_not,
  select,  // a ? b : c
  exp,
  log,
  tanh,
  erf,
  sqrt,
  sin,
  cos,
  power,
  floor,
  bit_and,
  bit_xor,
  shift_left,
  shift_right,
  multiply_high,  // u32
  is_finite,
  convert,  // from the operand's type to the instruction's
};

std::string_view name_of(ScalarOp op);
int operand_count(ScalarOp op);

// Registers are numbered: first the program's inputs, then the results of its instructions in order.
using Register = std::uint16_t;

struct ScalarInstruction {
  ScalarOp op = ScalarOp::constant;
  DType dtype = DType::f32;  // of the result
  std::array<Register, 3> operands{};
  double immediate = 0;

  // Constants are compared by their bits: 0 and -0 differ.
  friend bool operator==(const ScalarInstruction& a, const ScalarInstruction& b) {
    return a.op == b.op && a.dtype == b.dtype && a.operands == b.operands &&
           std::bit_cast<std::uint64_t>(a.immediate) == std::bit_cast<std::uint64_t>(b.immediate);
  }
};

struct ScalarProgram {
  std::vector<DType> inputs;
  std::vector<ScalarInstruction> body;
  std::vector<Register> results;  // one for each output

  DType type_of(Register reg) const;
  bool is_input(Register reg) const { return reg < inputs.size(); }
  const ScalarInstruction& instruction(Register reg) const { return body[reg - inputs.size()]; }

  friend bool operator==(const ScalarProgram& a, const ScalarProgram& b) = default;
};

std::string to_string(const ScalarProgram& program);  // "r2 = exp(r0); r3 = add(r2, r1) -> r3"

// Writes a program one instruction at a time. Equal instructions are written once.
class ScalarBuilder {
 public:
  Register input(DType dtype);  // all inputs come before the first instruction
  Register constant(DType dtype, double value);
  Register emit(ScalarOp op, DType dtype, Register a, Register b = 0, Register c = 0);

  // Same, with the result's type following from the operands'. Not for `convert`.
  Register emit(ScalarOp op, Register a, Register b = 0, Register c = 0);

  // Writes the body of `program` with its inputs replaced; returns all its registers' new numbers.
  std::vector<Register> append(const ScalarProgram& program, std::span<const Register> inputs);

  DType type_of(Register reg) const { return program_.type_of(reg); }
  ScalarProgram finish(std::vector<Register> results);

 private:
  Register write(const ScalarInstruction& instruction);
  ScalarProgram program_;
};

// The program without instructions and inputs that no result needs.
struct CompactProgram {
  ScalarProgram program;
  std::vector<std::size_t> inputs;  // which of the original inputs are left, in order
};
CompactProgram compact(const ScalarProgram& program);

// Derivatives: a program that computes, from the forward inputs, outputs and the outputs' gradients, the
// gradient of every floating input that has one.
struct ScalarGradient {
  enum class Source : std::uint8_t { input, output, gradient };
  struct Argument {
    Source source;
    std::size_t index;
  };
  ScalarProgram program;
  std::vector<Argument> arguments;                  // what to feed, one for each program input
  std::vector<std::optional<std::size_t>> results;  // for each forward input, which result is its gradient
};
ScalarGradient differentiate(const ScalarProgram& program, const std::vector<bool>& gradient_arrives);

}  // namespace heed
