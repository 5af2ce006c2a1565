// A ScalarProgram made ready for the vector interpreter: its steps' code and the places of its registers.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include <heed/backends/onednn/elementwise_steps.h>
#include <heed/ops/scalar_program.h>

namespace heed::onednn {

// Values live in numbered places: the inputs, then one for each constant, then slots that instructions
// share once nobody needs the earlier value.
struct ElementwiseProgram {
  using Place = std::size_t;
  using UniformBits = std::array<std::uint32_t, uniform_lanes>;

  struct Instruction {
    Step step = nullptr;
    std::array<Place, 3> operands{};
    int operand_count = 0;
    Place result = 0;
  };
  struct Result {
    Place place = 0;
    DType dtype = DType::f32;
    std::size_t first_write = 0;  // the first instruction that writes the place
  };

  std::size_t inputs = 0;
  std::vector<UniformBits> constants;
  std::size_t slots = 0;
  std::vector<Instruction> body;
  std::vector<Result> results;         // each in a slot of its own, which may be the output's memory itself
  std::vector<std::size_t> last_read;  // of each input: one past the last instruction that reads it

  Place first_slot() const { return inputs + constants.size(); }
  std::size_t places() const { return first_slot() + slots; }
};

// Nothing where an instruction has no vector code.
std::optional<ElementwiseProgram> compile(const ScalarProgram& program);

}  // namespace heed::onednn
