// Expansion: composites that the backend they should run on does not claim are replaced by their meaning in
// other ops, again and again until only claimed ops are left.
#include <algorithm>

#include <heed/backends/passes/passes.h>

namespace heed {

namespace {

bool claimed(const Placement& placement, const Node& node, const Graph& graph) {
  if (is_source_or_view(*node.op)) return true;
  return placement.backend(placement.wanted(node)).claims(*node.op, input_types(graph, node), node.outputs);
}

}  // namespace

LoweredGraph expand_unclaimed(const LoweredGraph& from, const Placement& placement) {
  LoweredGraph current = from;
  for (;;) {
    const Graph& graph = *current.graph;
    const std::vector<bool> live = live_nodes(current);
    std::vector<bool> expands(graph.size());
    for (NodeId id = 0; id < graph.size(); ++id) {
      const Node& node = graph.node(id);
      expands[id] = live[id] && node.op->is_composite() && !claimed(placement, node, graph);
    }
    if (std::ranges::find(expands, true) == expands.end()) return current;
    current = rewrite(current, [&](NodeId id, const Node& node, std::span<const Tensor> inputs, Graph&) {
      return expands[id] ? node.op->expand(inputs) : Tensors{};
    });
  }
}

}  // namespace heed
