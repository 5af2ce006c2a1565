#include <heed/graph/sources.h>
#include <heed/ops/accumulate.h>
#include <heed/ops/after.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
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

// a^T b of which a and b together have fewer elements than the product.
bool is_thin(const Tensor& tensor) {
  const Matmul* product = weight_gradient(tensor);
  if (!product || product->transpose_b) return false;
  Graph& graph = tensor.graph();
  const std::span<const OutputId> inputs = graph.node(tensor.node()).inputs;
  const Shape a = graph.tensor(inputs[0]).shape(), b = graph.tensor(inputs[1]).shape();
  return a.rank() == b.rank() && a.elements() + b.elements() < tensor.shape().elements();
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

bool are_thin_products(Tensor one, Tensor other) {
  if (!is_thin(one) || !is_thin(other) || one.type() != other.type()) return false;
  Graph& graph = one.graph();
  const Node &first = graph.node(one.node()), &second = graph.node(other.node());
  if (!first.op->same_as(*second.op)) return false;
  const auto joins = [&](std::size_t i) {  // along the rows, the last axis but one
    const Tensor a = graph.tensor(first.inputs[i]), b = graph.tensor(second.inputs[i]);
    return a.dtype() == b.dtype() && a.shape().with(-2, b.shape()[-2]) == b.shape();
  };
  return joins(0) && joins(1);
}

Tensor join_products(std::span<const Tensor> products, Where where) {
  Graph& graph = products.front().graph();
  Tensors a, b;
  for (const Tensor& product : products) {
    const std::span<const OutputId> inputs = graph.node(product.node()).inputs;
    a.push_back(graph.tensor(inputs[0]));
    b.push_back(graph.tensor(inputs[1]));
  }
  const auto& form = dynamic_cast<const Matmul&>(*graph.node(products.front().node()).op);
  return matmul(concatenate(a, -2, where), concatenate(b, -2, where),
                {.transpose_a = true, .wide = form.wide}, where);
}

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
