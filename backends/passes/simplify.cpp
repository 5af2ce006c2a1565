// Simplification: equal nodes become one, and ops that change nothing disappear. Every rewrite is exact.
#include <unordered_map>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
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

bool is_zero(const Tensor& tensor) {
  const Node& node = tensor.graph().node(tensor.node());
  if (dynamic_cast<const BroadcastTo*>(node.op.get())) return is_zero(tensor.graph().tensor(node.inputs[0]));
  const auto* constant = dynamic_cast<const Constant*>(node.op.get());
  return constant && constant->values->elements() == 1 && constant->values->number(0) == 0;
}

bool is_add(const Node& node) {
  return node.op->name() == "add" && dynamic_cast<const Elementwise*>(node.op.get());
}

// a + scatter_add(0, i, rows) is scatter_add(a, i, rows): a tied embedding's gradient needs no second table.
Tensors scatter_into_sum(const Node& node, std::span<const Tensor> inputs, Graph& into) {
  if (!is_add(node) || inputs.size() != 2 || inputs[0].type() != inputs[1].type()) return {};
  for (const std::size_t side : {1u, 0u}) {
    const Node& scatter = into.node(inputs[side].node());
    if (!dynamic_cast<const ScatterAdd*>(scatter.op.get()) || !is_zero(into.tensor(scatter.inputs[0])))
      continue;
    return {scatter_add(inputs[1 - side], into.tensor(scatter.inputs[1]), into.tensor(scatter.inputs[2]))};
  }
  return {};
}

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
    if (Tensors sum = scatter_into_sum(node, inputs, into); !sum.empty()) return sum;
    if (node.outputs.empty()) return {};
    return merger.find(node, inputs, into);
  });
}

}  // namespace heed
