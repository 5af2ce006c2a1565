#include <cmath>
#include <map>

#include <heed/ops/scalar_simplify.h>

namespace heed {

namespace {

class Simplifier {
 public:
  explicit Simplifier(const ScalarProgram& program) : program_(program) {}

  ScalarProgram run() {
    for (const DType dtype : program_.inputs) moved_.push_back(builder_.input(dtype));
    for (const DType dtype : program_.inputs) constants_.push_back({std::nullopt, dtype});
    for (const ScalarInstruction& instruction : program_.body) moved_.push_back(rewritten(instruction));
    std::vector<Register> results;
    for (const Register reg : program_.results) results.push_back(moved_[reg]);
    return builder_.finish(std::move(results));
  }

 private:
  struct Value {
    std::optional<double> constant;
    DType dtype;
  };

  Register constant(DType dtype, double value) {
    const Register reg = builder_.constant(dtype, value);
    note(reg, dtype, value);
    return reg;
  }

  void note(Register reg, DType dtype, std::optional<double> value) {
    while (constants_.size() <= reg) constants_.push_back({std::nullopt, dtype});
    if (value) constants_[reg] = {value, dtype};
  }

  std::optional<double> constant_of(Register reg) const {
    return reg < constants_.size() ? constants_[reg].constant : std::nullopt;
  }
  bool is(Register reg, double value) const {
    const auto found = constant_of(reg);
    return found && *found == value && std::signbit(*found) == std::signbit(value);
  }

  // Arithmetic that IEEE 754 defines to the last bit, in the type itself.
  template <typename T>
  static std::optional<double> computed(ScalarOp op, double left, double right) {
    const T a = static_cast<T>(left), b = static_cast<T>(right);
    switch (op) {
      case ScalarOp::add:
        return static_cast<T>(a + b);
      case ScalarOp::subtract:
        return static_cast<T>(a - b);
      case ScalarOp::multiply:
        return static_cast<T>(a * b);
      case ScalarOp::divide:
        return static_cast<T>(a / b);
      default:
        return std::nullopt;
    }
  }

  std::optional<double> folded(const ScalarInstruction& instruction, Register a, Register b) const {
    const auto left = constant_of(a), right = constant_of(b);
    if (operand_count(instruction.op) != 2 || !left || !right) return std::nullopt;
    std::optional<double> value;
    if (instruction.dtype == DType::f32) value = computed<float>(instruction.op, *left, *right);
    if (instruction.dtype == DType::f64) value = computed<double>(instruction.op, *left, *right);
    return value && std::isfinite(*value) ? value : std::nullopt;
  }

  // The register that the instruction's result equals, if any.
  std::optional<Register> same_as_operand(const ScalarInstruction& instruction, Register a, Register b,
                                          Register c) const {
    const bool number = is_floating(instruction.dtype);
    switch (instruction.op) {
      case ScalarOp::add:
        if (is(b, number ? -0.0 : 0.0)) return a;
        if (is(a, number ? -0.0 : 0.0)) return b;
        return std::nullopt;
      case ScalarOp::subtract:
        return is(b, 0.0) ? std::optional(a) : std::nullopt;
      case ScalarOp::multiply:
        if (is(b, 1.0)) return a;
        if (is(a, 1.0)) return b;
        return std::nullopt;
      case ScalarOp::divide:
        return is(b, 1.0) ? std::optional(a) : std::nullopt;
      case ScalarOp::minimum:
      case ScalarOp::maximum:
      case ScalarOp::logical_and:
      case ScalarOp::logical_or:
      case ScalarOp::bit_and:
        return a == b ? std::optional(a) : std::nullopt;
      case ScalarOp::select:
        return b == c ? std::optional(b) : std::nullopt;
      case ScalarOp::convert:
        return builder_.type_of(a) == instruction.dtype ? std::optional(a) : std::nullopt;
      case ScalarOp::negate:
      case ScalarOp::logical_not:
        return operand_of_same(instruction.op, a);
      default:
        return std::nullopt;
    }
  }

  // For op(op(x)): x.
  std::optional<Register> operand_of_same(ScalarOp op, Register reg) const {
    const auto found = written_.find(reg);
    if (found == written_.end() || found->second.op != op) return std::nullopt;
    return found->second.operands[0];
  }

  Register rewritten(const ScalarInstruction& instruction) {
    if (instruction.op == ScalarOp::constant) return constant(instruction.dtype, instruction.immediate);
    ScalarInstruction next = instruction;
    for (int i = 0; i < operand_count(instruction.op); ++i) {
      auto& operand = next.operands[static_cast<std::size_t>(i)];
      operand = moved_[operand];
    }
    const auto [a, b, c] = next.operands;
    if (const auto same = same_as_operand(next, a, b, c)) return *same;
    if (const auto value = folded(next, a, b)) return constant(next.dtype, *value);
    const Register reg = builder_.emit(next.op, next.dtype, a, b, c);
    note(reg, next.dtype, std::nullopt);
    written_.emplace(reg, next);
    return reg;
  }

  const ScalarProgram& program_;
  ScalarBuilder builder_;
  std::vector<Register> moved_;
  std::vector<Value> constants_;  // by new register
  std::map<Register, ScalarInstruction> written_;
};

}  // namespace

ScalarProgram simplified(const ScalarProgram& program) {
  return Simplifier(program).run();
}

}  // namespace heed
