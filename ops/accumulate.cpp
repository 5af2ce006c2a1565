#include <heed/graph/sources.h>
#include <heed/ops/accumulate.h>
#include <heed/ops/after.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

constexpr int most_fused_sums = 3;

bool is_zero(const Tensor& tensor) {
  const Node& node = tensor.graph().node(tensor.node());
  if (dynamic_cast<const BroadcastTo*>(node.op.get())) return is_zero(tensor.graph().tensor(node.inputs[0]));
  const auto* constant = dynamic_cast<const Constant*>(node.op.get());
  return constant && constant->values->elements() == 1 && constant->values->number(0) == 0;
}

bool is_scattered_onto_zeros(const Tensor& tensor) {
  const Node& node = tensor.graph().node(tensor.node());
  return dynamic_cast<const ScatterAdd*>(node.op.get()) && is_zero(tensor.graph().tensor(node.inputs[0]));
}

// a^T b: how the gradient of a product's right operand is made. Other products are gradients of activations:
// each has a few readers only, and adding those up as elementwise ops lets them fuse.
const Matmul* weight_gradient(const Tensor& tensor) {
  const Node& node = tensor.graph().node(tensor.node());
  const auto* product = dynamic_cast<const Matmul*>(node.op.get());
  const bool fits = product && product->transpose_a && node.inputs.size() == 2;
  return fits ? product : nullptr;
}

// How many sums end in this one, each adding to the one before.
int sums_behind(Tensor tensor) {
  int count = 0;
  for (const Node* node = &tensor.graph().node(tensor.node());
       dynamic_cast<const Elementwise*>(node->op.get()) && node->op->name() == "add"; ++count) {
    node = &tensor.graph().node(node->inputs[0].node);
  }
  return count;
}

}  // namespace

Tensor accumulate(Tensor total, Tensor more, Where where) {
  Graph& graph = total.graph();
  if (!is_scattered_onto_zeros(more) && is_scattered_onto_zeros(total)) std::swap(total, more);
  const std::span<const OutputId> inputs = graph.node(more.node()).inputs;
  if (is_scattered_onto_zeros(more)) {
    return scatter_add(total, graph.tensor(inputs[1]), graph.tensor(inputs[2]), where);
  }
  if (const Matmul* product = weight_gradient(more)) {
    const MatmulOptions options{product->transpose_a, product->transpose_b, total, product->wide};
    return matmul(graph.tensor(inputs[0]), graph.tensor(inputs[1]), options, where);
  }
  // Sums fuse, and a fused one waits until its last operand is there, with all others in memory.
  if (sums_behind(total) >= most_fused_sums) total = after(total, more, where);
  return add(Operand(total, where), Operand(more, where));
}

}  // namespace heed
