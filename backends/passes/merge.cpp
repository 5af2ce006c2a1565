// Common subexpressions: equal nodes become one.
#include <unordered_map>

#include <heed/backends/passes/passes.h>

namespace heed {

namespace {

// Finds earlier nodes that compute the same from the same.
class Merger {
 public:
  Tensors find(const Node& node, std::span<const Tensor> inputs, Graph& into) {
    const std::size_t hash = hash_of(node, inputs);
    const auto [begin, end] = seen_.equal_range(hash);
    for (auto candidate = begin; candidate != end; ++candidate) {
      const Node& earlier = into.node(candidate->second);
      if (!same(earlier, node, inputs)) continue;
      into.add_origins(candidate->second, node.origins);
      Tensors outputs;
      for (std::uint32_t i = 0; i < earlier.outputs.size(); ++i)
        outputs.emplace_back(into, candidate->second, i);
      return outputs;
    }
    const Tensors fresh = into.copy(node, inputs);
    if (!fresh.empty()) seen_.emplace(hash, fresh.front().node());
    return fresh;
  }

 private:
  static std::size_t hash_of(const Node& node, std::span<const Tensor> inputs) {
    std::size_t hash = node.op->hash();
    for (const Tensor& input : inputs)
      hash = hash * 1000003u + (std::size_t{input.node()} << 4) + input.output();
    return hash;
  }

  static bool same(const Node& earlier, const Node& node, std::span<const Tensor> inputs) {
    if (earlier.inputs.size() != inputs.size()) return false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (earlier.inputs[i] != OutputId{inputs[i].node(), inputs[i].output()}) return false;
    }
    return earlier.op->same_as(*node.op);
  }

  std::unordered_multimap<std::size_t, NodeId> seen_;
};

}  // namespace

LoweredGraph merge_equal(const LoweredGraph& from) {
  Merger merger;
  return rewrite(from, [&](NodeId, const Node& node, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    if (node.outputs.empty()) return {};
    return merger.find(node, inputs, into);
  });
}

}  // namespace heed
