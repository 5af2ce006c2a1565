#include <heed/backends/passes/repeated_inputs.h>

namespace heed {

void merge_repeated_inputs(ScalarProgram& program, Tensors& inputs) {
  ScalarBuilder builder;
  Tensors kept;
  std::vector<Register> registers;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::size_t place = 0;
    while (place < kept.size() && !(kept[place] == inputs[i])) ++place;
    if (place == kept.size()) {
      kept.push_back(inputs[i]);
      builder.input(program.inputs[i]);
    }
    registers.push_back(static_cast<Register>(place));
  }
  const std::vector<Register> moved = builder.append(program, registers);
  std::vector<Register> results;
  for (const Register reg : program.results) results.push_back(moved[reg]);
  program = builder.finish(std::move(results));
  inputs = std::move(kept);
}

}  // namespace heed
