#include <algorithm>
#include <bit>
#include <cstdint>

#include <heed/backends/onednn/elementwise_program.h>

namespace heed::onednn {

namespace {

std::uint32_t bits_of(DType dtype, double value) {
  switch (dtype) {
    case DType::f32:
      return std::bit_cast<std::uint32_t>(static_cast<float>(value));
    case DType::bf16:
      return std::bit_cast<std::uint32_t>(to_float(to_bfloat16(static_cast<float>(value))));
    case DType::boolean:
      return value != 0;
    default:
      return static_cast<std::uint32_t>(static_cast<std::int64_t>(value));
  }
}

DType operand_type(const ScalarProgram& program, const ScalarInstruction& step) {
  return program.type_of(step.operands[step.op == ScalarOp::select ? 1 : 0]);
}

// Rounding after each operation makes arithmetic of f32 lanes that of bf16.
bool needs_rounding(const ScalarInstruction& step) {
  return step.dtype == DType::bf16 && step.op != ScalarOp::convert && step.op != ScalarOp::select;
}

class Compiler {
 public:
  explicit Compiler(const ScalarProgram& program) : program_(program), places_(registers()) {
    result_.inputs = program.inputs.size();
    result_.last_read.assign(result_.inputs, 0);
    for (std::size_t reg = 0; reg < result_.inputs; ++reg) places_[reg] = reg;
    find_last_uses();
    place_constants();
  }

  std::optional<ElementwiseProgram> compile() {
    for (std::size_t i = 0; i < program_.body.size(); ++i) {
      if (program_.body[i].op == ScalarOp::constant) continue;
      if (!emit(i)) return {};
    }
    for (std::size_t k = 0; k < program_.results.size(); ++k) add_result(k);
    return std::move(result_);
  }

 private:
  static constexpr std::size_t forever = SIZE_MAX;

  std::size_t registers() const { return program_.inputs.size() + program_.body.size(); }

  void find_last_uses() {
    last_use_.assign(registers(), 0);
    for (std::size_t i = 0; i < program_.body.size(); ++i) {
      const ScalarInstruction& step = program_.body[i];
      for (int k = 0; k < operand_count(step.op); ++k) {
        last_use_[step.operands[static_cast<std::size_t>(k)]] = i;
      }
    }
    for (const Register reg : program_.results) last_use_[reg] = forever;
  }

  void place_constants() {
    for (std::size_t i = 0; i < program_.body.size(); ++i) {
      const ScalarInstruction& step = program_.body[i];
      if (step.op != ScalarOp::constant) continue;
      places_[result_.inputs + i] = result_.inputs + result_.constants.size();
      result_.constants.emplace_back().fill(bits_of(step.dtype, step.immediate));
    }
  }

  std::size_t take_slot() {
    if (free_.empty()) return result_.first_slot() + result_.slots++;
    const std::size_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  bool emit(std::size_t index) {
    const ScalarInstruction& step = program_.body[index];
    ElementwiseProgram::Instruction instruction;
    instruction.step = find_step(step.op, operand_type(program_, step), step.dtype);
    if (!instruction.step) return false;
    instruction.operand_count = operand_count(step.op);
    for (std::size_t k = 0; k < static_cast<std::size_t>(instruction.operand_count); ++k) {
      instruction.operands[k] = places_[step.operands[k]];
      if (program_.is_input(step.operands[k])) {
        result_.last_read[step.operands[k]] = result_.body.size() + 1;
      }
    }
    instruction.result = take_slot();
    release_operands(index);
    places_[result_.inputs + index] = instruction.result;
    if (last_use_[result_.inputs + index] == 0) free_.push_back(instruction.result);  // nobody reads it
    result_.body.push_back(instruction);
    if (!needs_rounding(step)) return true;
    return round(instruction.result);
  }

  bool round(ElementwiseProgram::Place place) {
    const Step step = find_step(ScalarOp::convert, DType::f32, DType::bf16);
    result_.body.push_back({step, {place}, 1, place});
    return step != nullptr;
  }

  void release_operands(std::size_t index) {
    const ScalarInstruction& step = program_.body[index];
    for (std::size_t k = 0; k < static_cast<std::size_t>(operand_count(step.op)); ++k) {
      const Register reg = step.operands[k];
      const bool slot = !program_.is_input(reg) && program_.instruction(reg).op != ScalarOp::constant;
      const bool repeated = std::find(step.operands.begin(), step.operands.begin() + k, reg) !=
                            step.operands.begin() + static_cast<std::ptrdiff_t>(k);
      if (slot && !repeated && last_use_[reg] == index) free_.push_back(places_[reg]);
    }
  }

  // A result that is an input, a constant or another result too gets a slot and a copy.
  void add_result(std::size_t k) {
    const Register reg = program_.results[k];
    ElementwiseProgram::Place place = places_[reg];
    const auto earlier = program_.results.begin() + static_cast<std::ptrdiff_t>(k);
    if (place < result_.first_slot() || std::find(program_.results.begin(), earlier, reg) != earlier) {
      const Step copy = find_step(ScalarOp::convert, DType::u32, DType::u32);
      const ElementwiseProgram::Place slot = take_slot();
      result_.body.push_back({copy, {place}, 1, slot});
      if (program_.is_input(reg)) result_.last_read[reg] = result_.body.size();
      place = slot;
    }
    std::size_t first_write = 0;
    while (result_.body[first_write].result != place) ++first_write;
    result_.results.push_back({place, program_.type_of(reg), first_write});
  }

  const ScalarProgram& program_;
  ElementwiseProgram result_;
  std::vector<std::size_t> places_;  // of each register
  std::vector<std::size_t> last_use_;
  std::vector<std::size_t> free_;
};

}  // namespace

std::optional<ElementwiseProgram> compile(const ScalarProgram& program) {
  return Compiler(program).compile();
}

}  // namespace heed::onednn
