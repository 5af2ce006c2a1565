// Mixed precision as Micikevicius et al. 2018 describe it, with bfloat16: the operands of products are
// rounded, the products themselves, and everything else, stay f32. A tensor that several products read is
// rounded once, since equal casts are merged.
#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// A tensor in other shapes is a rounded tensor in other shapes: it is rounded once.
Tensor narrowed(Tensor x) {
  Graph& graph = x.graph();
  const Node& node = graph.node(x.node());
  const Op* op = node.op.get();
  if (!dynamic_cast<const Reshape*>(op) && !dynamic_cast<const Transpose*>(op)) return cast(x, DType::bf16);
  const OpPtr view = node.op;
  const Tensor base = narrowed(graph.tensor(node.inputs[0]));
  return graph.apply_one(view, Tensors{base});
}

}  // namespace

LoweredGraph narrow_products(const LoweredGraph& from) {
  return rewrite(from, [](NodeId, const Node& node, std::span<const Tensor> inputs, Graph&) -> Tensors {
    const auto* product = dynamic_cast<const Matmul*>(node.op.get());
    if (!product || inputs[0].dtype() != DType::f32) return {};
    return {matmul(narrowed(inputs[0]), narrowed(inputs[1]),
                   {.transpose_a = product->transpose_a,
                    .transpose_b = product->transpose_b,
                    .accumulate = inputs.size() > 2 ? inputs[2] : Tensor{},
                    .wide = true})};
  });
}

}  // namespace heed
