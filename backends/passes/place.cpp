// Every node has a backend with a kernel for it, or the compilation ends here.
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

[[noreturn]] void refuse(const Placement& placement, const Node& node, const std::vector<TensorType>& types) {
  std::string text;
  for (const TensorType& type : types) text += (text.empty() ? "" : ", ") + to_string(type);
  throw MissingKernel(fmt::format("compile: the backend {} has no kernel for {}({})\n  at {}",
                                  placement.backend(placement.wanted(node)).name(), node.op->name(), text,
                                  describe(node.origins.front().where)));
}

}  // namespace

bool is_source_or_view(const Op& op) {
  return dynamic_cast<const Input*>(&op) || dynamic_cast<const Constant*>(&op) ||
         dynamic_cast<const VariableRead*>(&op) || dynamic_cast<const Assign*>(&op) ||
         dynamic_cast<const RandomKey*>(&op) || dynamic_cast<const ViewOp*>(&op);
}

LoweredGraph place_on(const LoweredGraph& from, const Placement& placement) {
  const Graph& graph = *from.graph;
  const std::vector<bool> live = live_nodes(from);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (!live[id] || is_source_or_view(*node.op)) continue;
    const std::vector<TensorType> types = input_types(graph, node);
    if (!placement.choose(node, types)) refuse(placement, node, types);
  }
  return from;
}

}  // namespace heed
