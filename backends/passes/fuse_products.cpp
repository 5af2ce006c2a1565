// Fusion into products of matrices: an elementwise op that alone reads a product, such as a bias or an
// activation, is computed before the product is stored.
#include <algorithm>
#include <unordered_map>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/matmul_elementwise.h>

namespace heed {

namespace {

// What an elementwise op becomes that takes a product in.
struct Fused {
  OpPtr op;
  std::size_t product;  // which of the elementwise op's inputs it was
};

// The same program with this input first.
ScalarProgram with_first(ScalarProgram program, std::size_t input) {
  const auto moved = [input](Register reg) {
    return reg == input ? Register{0} : reg < input ? static_cast<Register>(reg + 1) : reg;
  };
  std::rotate(program.inputs.begin(), program.inputs.begin() + static_cast<std::ptrdiff_t>(input),
              program.inputs.begin() + static_cast<std::ptrdiff_t>(input) + 1);
  for (ScalarInstruction& step : program.body) {
    for (int i = 0; i < operand_count(step.op); ++i) step.operands[i] = moved(step.operands[i]);
  }
  for (Register& result : program.results) result = moved(result);
  return program;
}

// Inputs of the fused op, given those of the elementwise op and of the product.
template <typename Input>
std::vector<Input> inputs_of(std::span<const Input> elementwise, std::span<const Input> product,
                             std::size_t position) {
  std::vector<Input> inputs(product.begin(), product.end());
  for (std::size_t i = 0; i < elementwise.size(); ++i)
    if (i != position) inputs.push_back(elementwise[i]);
  return inputs;
}

// The product that the node may take in at this place, if the backend has a kernel for both.
std::optional<Fused> fused_at(const Graph& graph, const Node& node, std::size_t position,
                              const Placement& placement) {
  const auto& program = static_cast<const Elementwise&>(*node.op).program;
  const Node& operand = graph.node(node.inputs[position].node);
  const auto* product = dynamic_cast<const Matmul*>(operand.op.get());
  if (!product || operand.outputs[0].shape != node.outputs[0].shape) return std::nullopt;
  const int wanted = placement.wanted(node);
  if (placement.wanted(operand) != wanted) return std::nullopt;
  const auto op = std::make_shared<const MatmulElementwise>(*product, operand.inputs.size() > 2,
                                                            with_first(program, position));
  const std::vector<TensorType> types =
      inputs_of<TensorType>(input_types(graph, node), input_types(graph, operand), position);
  if (!placement.backend(wanted).claims(*op, types, node.outputs)) return std::nullopt;
  return Fused{op, position};
}

std::unordered_map<NodeId, Fused> find_fused(const LoweredGraph& lowered, const Placement& placement) {
  const std::vector<int> reads = count_reads(lowered);
  const Graph& graph = *lowered.graph;
  std::unordered_map<NodeId, Fused> fused;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    const auto* elementwise = dynamic_cast<const Elementwise*>(node.op.get());
    if (reads[id] == 0 || !elementwise || elementwise->program.results.size() != 1) continue;
    for (std::size_t i = 0; i < node.inputs.size() && !fused.contains(id); ++i) {
      if (reads[node.inputs[i].node] != 1) continue;
      if (const auto found = fused_at(graph, node, i, placement)) fused.emplace(id, *found);
    }
  }
  return fused;
}

}  // namespace

LoweredGraph fuse_products(const LoweredGraph& from, const Placement& placement) {
  const auto fused = find_fused(from, placement);
  if (fused.empty()) return from;
  return rewrite(from, [&](NodeId id, const Node&, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    const auto found = fused.find(id);
    if (found == fused.end()) return {};
    const Node& product = into.node(inputs[found->second.product].node());  // left dead behind
    Tensors operands;
    for (const OutputId input : product.inputs) operands.push_back(into.tensor(input));
    const Tensors all = inputs_of<Tensor>(inputs, operands, found->second.product);
    const auto origins = product.origins;
    const Tensors results = into.apply(found->second.op, all);
    into.add_origins(results.front().node(), origins);
    return results;
  });
}

}  // namespace heed
