// Simplification: equal nodes become one, and ops that change nothing disappear. Every rewrite is exact.
#include <unordered_map>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/views.h>

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

Tensors without_effect(const Node& node, std::span<const Tensor> inputs, Graph& into) {
  const auto* reshape_op = dynamic_cast<const Reshape*>(node.op.get());
  if (reshape_op) {
    const Node& earlier = into.node(inputs[0].node());
    if (inputs[0].shape() == reshape_op->shape) return {inputs[0]};
    if (dynamic_cast<const Reshape*>(earlier.op.get())) {
      return {reshape(into.tensor(earlier.inputs[0]), reshape_op->shape)};
    }
  }
  const bool changes_nothing = dynamic_cast<const ViewOp*>(node.op.get()) &&
                               !dynamic_cast<const Transpose*>(node.op.get()) &&
                               inputs[0].shape() == node.outputs[0].shape;
  return changes_nothing ? Tensors{inputs[0]} : Tensors{};
}

}  // namespace

LoweredGraph simplify(const LoweredGraph& from) {
  Merger merger;
  return rewrite(from, [&](NodeId, const Node& node, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    if (Tensors same = without_effect(node, inputs, into); !same.empty()) return same;
    if (node.outputs.empty()) return {};
    return merger.find(node, inputs, into);
  });
}

}  // namespace heed
