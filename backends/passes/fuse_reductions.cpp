// Fusion into reductions: an elementwise op that only a reduction reads is computed as it is reduced.
#include <unordered_map>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/elementwise_reduce.h>

namespace heed {

namespace {

std::shared_ptr<const ElementwiseReduce> both(const Node& reduction, const Node& operand) {
  const auto* reduce = dynamic_cast<const Reduce*>(reduction.op.get());
  if (!reduce) return nullptr;
  const auto* elementwise = dynamic_cast<const Elementwise*>(operand.op.get());
  if (!elementwise || elementwise->program.results.size() != 1) return nullptr;
  return std::make_shared<const ElementwiseReduce>(elementwise->program, *reduce);
}

// For each reduction that takes its operand in, the op that it becomes.
std::unordered_map<NodeId, OpPtr> find_fused(const LoweredGraph& lowered, const Placement& placement) {
  const std::vector<int> reads = count_reads(lowered);
  const Graph& graph = *lowered.graph;
  std::unordered_map<NodeId, OpPtr> fused;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.inputs.size() != 1 || reads[node.inputs[0].node] != 1) continue;
    const Node& operand = graph.node(node.inputs[0].node);
    const auto op = both(node, operand);
    if (!op) continue;
    const int wanted = placement.wanted(node);
    if (placement.wanted(operand) != wanted) continue;
    if (placement.backend(wanted).claims(*op, input_types(graph, operand), node.outputs))
      fused.emplace(id, op);
  }
  return fused;
}

}  // namespace

LoweredGraph fuse_reductions(const LoweredGraph& from, const Placement& placement) {
  const auto fused = find_fused(from, placement);
  if (fused.empty()) return from;
  return rewrite(from, [&](NodeId id, const Node&, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    const auto op = fused.find(id);
    if (op == fused.end()) return {};
    const Node& operand = into.node(inputs[0].node());  // left dead behind
    Tensors operands;
    for (const OutputId input : operand.inputs) operands.push_back(into.tensor(input));
    const Tensors results = into.apply(op->second, operands);
    into.add_origins(results.front().node(), operand.origins);
    return results;
  });
}

}  // namespace heed
