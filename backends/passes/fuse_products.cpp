// Fusion into products of matrices: an elementwise op that alone reads a product, such as a bias or an
// activation, is computed before the product is stored.
#include <algorithm>

#include <heed/backends/passes/fuse_pairs.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/matmul_elementwise.h>

namespace heed {

namespace {

// The same program with this input first.
ScalarProgram with_first(ScalarProgram program, std::size_t input) {
  const auto moved = [input](Register reg) {
    return reg == input ? Register{0} : reg < input ? static_cast<Register>(reg + 1) : reg;
  };
  const auto first = program.inputs.begin(), chosen = first + static_cast<std::ptrdiff_t>(input);
  std::rotate(first, chosen, chosen + 1);
  for (ScalarInstruction& step : program.body) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(operand_count(step.op)); ++i)
      step.operands[i] = moved(step.operands[i]);
  }
  for (Register& result : program.results) result = moved(result);
  return program;
}

OpPtr combine(const Node& reader, std::size_t input, const Node& read) {
  const auto* elementwise = dynamic_cast<const Elementwise*>(reader.op.get());
  const auto* product = dynamic_cast<const Matmul*>(read.op.get());
  if (!elementwise || !product || elementwise->program.results.size() != 1) return nullptr;
  if (read.outputs[0].shape != reader.outputs[0].shape) return nullptr;
  return std::make_shared<const MatmulElementwise>(*product, read.inputs.size() > 2,
                                                   with_first(elementwise->program, input));
}

}  // namespace

LoweredGraph fuse_products(const LoweredGraph& from, const Placement& placement) {
  return fuse_pairs(from, placement, combine);
}

}  // namespace heed
