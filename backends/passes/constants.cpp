// Constant folding: what follows from constants alone is computed once, while compiling.
#include <algorithm>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Values up to this size are kept whatever they are made of; larger ones only where they save memory.
constexpr std::int64_t small_bytes = 64 << 10;

bool is_constant(const Op& op) {
  return dynamic_cast<const Constant*>(&op) != nullptr;
}
bool is_view(const Op& op) {
  return dynamic_cast<const ViewOp*>(&op) != nullptr;
}

class Folding {
 public:
  explicit Folding(const LoweredGraph& lowered)
      : graph_(*lowered.graph), fixed_(graph_.size()), bytes_(graph_.size()) {
    const std::vector<bool> live = live_nodes(lowered);
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (!live[id]) continue;
      fixed_[id] = follows_from_constants(id);
      bytes_[id] = bytes_of(id);
    }
    std::vector<bool> wanted(graph_.size());
    for (const OutputId fetch : lowered.fetches) wanted[fetch.node] = true;
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (!live[id]) continue;
      const bool stays = !fixed_[id] || is_view(*graph_.node(id).op);
      for (const OutputId input : graph_.node(id).inputs) wanted[input.node] = wanted[input.node] || stays;
    }
    for (NodeId id = 0; id < graph_.size(); ++id) {
      const Op& op = *graph_.node(id).op;
      if (fixed_[id] && wanted[id] && !is_constant(op) && !is_view(op)) folded_.push_back(id);
    }
  }

  const std::vector<NodeId>& folded() const { return folded_; }

 private:
  bool follows_from_constants(NodeId id) const {
    const Node& node = graph_.node(id);
    if (is_constant(*node.op)) return true;
    if (node.outputs.empty() || (node.inputs.empty() && is_source_or_view(*node.op))) return false;
    std::int64_t from = 0;
    for (const OutputId input : node.inputs) {
      if (!fixed_[input.node]) return false;
      from += bytes_[input.node];
    }
    return is_view(*node.op) || bytes_of(id) <= std::max(small_bytes, from);
  }

  // What a node's outputs take; a view takes what it looks at.
  std::int64_t bytes_of(NodeId id) const {
    const Node& node = graph_.node(id);
    if (is_view(*node.op)) return bytes_[node.inputs[0].node];
    std::int64_t bytes = 0;
    for (const TensorType& output : node.outputs) bytes += output.bytes();
    return bytes;
  }

  const Graph& graph_;
  std::vector<bool> fixed_;  // known while compiling
  std::vector<std::int64_t> bytes_;
  std::vector<NodeId> folded_;
};

}  // namespace

LoweredGraph fold_constants(const LoweredGraph& from, const Evaluate& evaluate) {
  const Folding folding(from);
  if (folding.folded().empty()) return from;
  Tensors fetches;
  std::vector<std::size_t> first(from.graph->size());
  std::vector<bool> folded(from.graph->size());
  for (const NodeId id : folding.folded()) {
    folded[id] = true;
    first[id] = fetches.size();
    for (std::uint32_t i = 0; i < from.graph->node(id).outputs.size(); ++i)
      fetches.emplace_back(*from.graph, id, i);
  }
  const std::vector<Array> values = evaluate(fetches, {});
  return rewrite(from, [&](NodeId id, const Node& node, std::span<const Tensor>, Graph& into) -> Tensors {
    if (!folded[id]) return {};
    Tensors constants;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      constants.push_back(into.constant(values[first[id] + i]));
      into.add_origins(constants.back().node(), node.origins);
    }
    return constants;
  });
}

}  // namespace heed
