#include <algorithm>
#include <unordered_set>

#include <heed/autodiff/recomputation.h>
#include <heed/graph/sources.h>
#include <heed/ops/after.h>

namespace heed {

// What has no inputs, a row of counting numbers for one, is cheaper to share than to order.
bool Recomputation::is_inside(NodeId id) const {
  const Node& node = graph_.node(id);
  return node.region == region_ && !node.inputs.empty();
}

std::vector<NodeId> Recomputation::missing_for(NodeId id) const {
  std::unordered_set<NodeId> found{id};
  std::vector<NodeId> missing{id};
  for (std::size_t next = 0; next < missing.size(); ++next) {
    for (const OutputId input : graph_.node(missing[next]).inputs) {
      if (!is_inside(input.node) || clones_.contains(input.node)) continue;
      if (found.insert(input.node).second) missing.push_back(input.node);
    }
  }
  std::sort(missing.begin(), missing.end());
  return missing;
}

Tensor Recomputation::entering(OutputId of) {
  const Tensor tensor = graph_.tensor(of);
  if (dynamic_cast<const Constant*>(graph_.node(of.node).op.get())) return tensor;
  Tensor& entered = entered_[(std::uint64_t{of.node} << 32) | of.output];
  if (!entered) entered = after(tensor, event_);
  return entered;
}

void Recomputation::clone(NodeId id) {
  const Node node = graph_.node(id);  // a copy: cloning appends to the graph
  Tensors inputs;
  for (const OutputId input : node.inputs) inputs.push_back(value(input));
  Origin origin = node.origins.front();
  if (origin.gradient_of.empty()) origin.gradient_of = node.op->name();
  const auto guard = graph_.from(origin);
  clones_[id] = graph_.apply(node.op, inputs);
}

Tensor Recomputation::value(OutputId of) {
  if (!is_inside(of.node)) return entering(of);
  if (!clones_.contains(of.node)) {
    for (const NodeId id : missing_for(of.node)) clone(id);
  }
  return clones_.at(of.node)[of.output];
}

}  // namespace heed
