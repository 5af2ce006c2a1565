// Expansion: composites that the backend does not claim are replaced by their meaning in other ops, again
// and again until only claimed ops are left.
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

bool is_source(const Op& op) {
  return dynamic_cast<const Input*>(&op) || dynamic_cast<const Constant*>(&op) ||
         dynamic_cast<const VariableRead*>(&op) || dynamic_cast<const Assign*>(&op) ||
         dynamic_cast<const RandomKey*>(&op) || dynamic_cast<const ViewOp*>(&op);
}

bool claimed(const Backend& backend, const Node& node, const Graph& graph) {
  if (is_source(*node.op)) return true;
  std::vector<TensorType> inputs;
  for (const OutputId input : node.inputs) inputs.push_back(graph.node(input.node).outputs[input.output]);
  return backend.claims(*node.op, inputs, node.outputs);
}

[[noreturn]] void refuse(const Backend& backend, const Node& node, const Graph& graph) {
  std::string types;
  for (const OutputId input : node.inputs) {
    types += (types.empty() ? "" : ", ") + to_string(graph.node(input.node).outputs[input.output]);
  }
  throw Error(fmt::format("compile: the backend {} has no kernel for {}({})\n  at {}", backend.name(),
                          node.op->name(), types, describe(node.origins.front().where)));
}

}  // namespace

LoweredGraph expand_unclaimed(const LoweredGraph& from, const Backend& backend) {
  LoweredGraph current = from;
  for (bool changed = true; changed;) {
    changed = false;
    const Graph& graph = *current.graph;
    current =
        rewrite(current, [&](NodeId, const Node& node, std::span<const Tensor> inputs, Graph&) -> Tensors {
          if (claimed(backend, node, graph)) return {};
          if (!node.op->is_composite()) refuse(backend, node, graph);
          changed = true;
          return node.op->expand(inputs);
        });
  }
  return current;
}

}  // namespace heed
