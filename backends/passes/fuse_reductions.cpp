// Fusion into reductions: an elementwise op that only a reduction reads is computed as it is reduced.
#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/elementwise_reduce.h>

namespace heed {

namespace {

// How often each node's outputs are read, fetches included.
std::vector<int> count_reads(const LoweredGraph& lowered) {
  const Graph& graph = *lowered.graph;
  std::vector<int> reads(graph.size());
  const std::vector<bool> live = live_nodes(lowered);
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!live[id]) continue;
    for (const OutputId input : graph.node(id).inputs) ++reads[input.node];
  }
  for (const OutputId fetch : lowered.fetches) ++reads[fetch.node];
  return reads;
}

std::shared_ptr<const ElementwiseReduce> fused(const Node& reduction, const Node& operand) {
  const auto* reduce = dynamic_cast<const Reduce*>(reduction.op.get());
  if (!reduce) return nullptr;
  const auto* elementwise = dynamic_cast<const Elementwise*>(operand.op.get());
  if (!elementwise || elementwise->program.results.size() != 1) return nullptr;
  return std::make_shared<const ElementwiseReduce>(elementwise->program, *reduce);
}

}  // namespace

LoweredGraph fuse_reductions(const LoweredGraph& from, const Backend& backend) {
  const std::vector<int> reads = count_reads(from);
  const Graph& old = *from.graph;
  return rewrite(from, [&](NodeId, const Node& node, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    if (node.inputs.size() != 1 || reads[node.inputs[0].node] != 1) return {};
    const Node& operand = old.node(node.inputs[0].node);
    const auto op = fused(node, operand);
    if (!op) return {};
    Tensors operands;  // of the elementwise op, which was copied before and is left dead behind
    std::vector<TensorType> types;
    for (const OutputId input : into.node(inputs[0].node()).inputs) {
      operands.push_back(into.tensor(input));
      types.push_back(operands.back().type());
    }
    if (!backend.claims(*op, types, node.outputs)) return {};
    const Tensors results = into.apply(op, operands);
    into.add_origins(results.front().node(), operand.origins);
    return results;
  });
}

}  // namespace heed
