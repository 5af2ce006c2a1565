// Expansion: composites that the backend does not claim are replaced by their meaning in other ops, again
// and again until only claimed ops are left.
#include <heed/backends/passes/passes.h>

namespace heed {

namespace {

bool claimed(const Backend& backend, const Node& node, const Graph& graph) {
  if (is_source_or_view(*node.op)) return true;
  std::vector<TensorType> inputs;
  for (const OutputId input : node.inputs) inputs.push_back(graph.node(input.node).outputs[input.output]);
  return backend.claims(*node.op, inputs, node.outputs);
}

}  // namespace

LoweredGraph expand_unclaimed(const LoweredGraph& from, const Backend& backend) {
  LoweredGraph current = from;
  for (bool changed = true; changed;) {
    changed = false;
    const Graph& graph = *current.graph;
    current =
        rewrite(current, [&](NodeId, const Node& node, std::span<const Tensor> inputs, Graph&) -> Tensors {
          if (!node.op->is_composite() || claimed(backend, node, graph)) return {};
          changed = true;
          return node.op->expand(inputs);
        });
  }
  return current;
}

}  // namespace heed
