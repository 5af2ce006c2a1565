// Placement: every node gets a backend that has a kernel for it.
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

bool is_source_or_view(const Op& op) {
  return dynamic_cast<const Input*>(&op) || dynamic_cast<const Constant*>(&op) ||
         dynamic_cast<const VariableRead*>(&op) || dynamic_cast<const Assign*>(&op) ||
         dynamic_cast<const RandomKey*>(&op) || dynamic_cast<const ViewOp*>(&op);
}

LoweredGraph place_on(const LoweredGraph& from, const Backend& backend) {
  return rewrite(from, [&](NodeId, const Node& node, std::span<const Tensor> inputs, Graph&) -> Tensors {
    if (is_source_or_view(*node.op)) return {};
    std::vector<TensorType> types;
    std::string text;
    for (const Tensor& input : inputs) {
      types.push_back(input.type());
      text += (text.empty() ? "" : ", ") + to_string(input.type());
    }
    if (backend.claims(*node.op, types, node.outputs)) return {};
    throw Error(fmt::format("compile: the backend {} has no kernel for {}({})\n  at {}", backend.name(),
                            node.op->name(), text, describe(node.origins.front().where)));
  });
}

}  // namespace heed
