// Common subexpressions: equal nodes become one.
#include <unordered_map>

#include <heed/backends/passes/passes.h>

namespace heed {

namespace {

constexpr NodeId itself = ~NodeId{0};

// Finds for each live node the first that computes the same from the same.
class EqualNodes {
 public:
  explicit EqualNodes(const LoweredGraph& lowered)
      : graph_(*lowered.graph), equal_to_(graph_.size(), itself) {
    const std::vector<bool> live = live_nodes(lowered);
    seen_.reserve(graph_.size());
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (!live[id]) unchanged_ = false;
      if (live[id] && !graph_.node(id).outputs.empty()) find(id);
    }
  }

  // Whether all nodes are live and no two are equal.
  bool nothing_to_do() const { return unchanged_; }

  // The earlier node that stands for this one, or `itself`.
  NodeId equal_to(NodeId id) const { return equal_to_[id]; }

 private:
  void find(NodeId id) {
    const std::size_t hash = hash_of(graph_.node(id));
    const auto [begin, end] = seen_.equal_range(hash);
    for (auto candidate = begin; candidate != end; ++candidate) {
      if (!same(graph_.node(candidate->second), graph_.node(id))) continue;
      equal_to_[id] = candidate->second;
      unchanged_ = false;
      return;
    }
    seen_.emplace(hash, id);
  }

  NodeId first_equal(NodeId id) const { return equal_to_[id] == itself ? id : equal_to_[id]; }

  std::size_t hash_of(const Node& node) const {
    std::size_t hash = node.op->hash();
    for (const OutputId input : node.inputs)
      hash = hash * 1000003u + (std::size_t{first_equal(input.node)} << 4) + input.output;
    return hash;
  }

  bool same(const Node& earlier, const Node& node) const {
    if (earlier.inputs.size() != node.inputs.size()) return false;
    const bool runs = !is_source_or_view(*node.op);
    if (runs && earlier.origins.front().backend != node.origins.front().backend) return false;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const OutputId a = earlier.inputs[i], b = node.inputs[i];
      if (first_equal(a.node) != first_equal(b.node) || a.output != b.output) return false;
    }
    return earlier.op->same_as(*node.op);
  }

  const Graph& graph_;
  std::vector<NodeId> equal_to_;
  std::unordered_multimap<std::size_t, NodeId> seen_;
  bool unchanged_ = true;
};

}  // namespace

LoweredGraph merge_equal(const LoweredGraph& from) {
  const EqualNodes equal(from);
  if (equal.nothing_to_do()) return from;
  std::vector<Tensors> moved(from.graph->size());
  return rewrite(from,
                 [&](NodeId id, const Node& node, std::span<const Tensor> inputs, Graph& into) -> Tensors {
                   if (node.outputs.empty()) return {};
                   const NodeId first = equal.equal_to(id);
                   if (first == itself) return moved[id] = into.copy(node, inputs);
                   into.add_origins(moved[first].front().node(), node.origins);
                   return moved[first];
                 });
}

}  // namespace heed
