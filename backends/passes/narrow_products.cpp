// Mixed precision as Micikevicius et al. 2018 describe it, with bfloat16 or float16: the operands of products
// are rounded, the products themselves, and everything else, stay f32. A tensor that several products read is
// rounded once, since equal casts are merged.
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// A tensor in other shapes is a rounded tensor in other shapes: it is rounded once.
Tensor narrowed(Tensor x, DType dtype) {
  Graph& graph = x.graph();
  const Node& node = graph.node(x.node());
  const Op* op = node.op.get();
  if (!dynamic_cast<const Reshape*>(op) && !dynamic_cast<const Transpose*>(op)) return cast(x, dtype);
  const OpPtr view = node.op;
  const Tensor base = narrowed(graph.tensor(node.inputs[0]), dtype);
  return graph.apply_one(view, Tensors{base});
}

void require_kernel(DType narrow, const Placement& placement) {
  const Matmul product(false, false, true);
  const TensorType operands[] = {{narrow, {2, 2}}, {narrow, {2, 2}}};
  const TensorType result[] = {{DType::f32, {2, 2}}};
  for (std::size_t i = 0; i < placement.size(); ++i)
    if (placement.backend(static_cast<int>(i)).claims(product, operands, result)) return;
  throw MissingKernel(
      fmt::format("compile: precision {}: {} has no kernel for products of such operands; f32 "
                  "is there on every backend",
                  heed::name_of(narrow), placement.home().name()));
}

}  // namespace

LoweredGraph narrow_products(const LoweredGraph& from, DType narrow, const Placement& placement) {
  require_kernel(narrow, placement);
  return rewrite(from, [narrow](NodeId, const Node& node, std::span<const Tensor> inputs, Graph&) -> Tensors {
    const auto* product = dynamic_cast<const Matmul*>(node.op.get());
    if (!product || inputs[0].dtype() != DType::f32) return {};
    return {matmul(narrowed(inputs[0], narrow), narrowed(inputs[1], narrow),
                   {.transpose_a = product->transpose_a,
                    .transpose_b = product->transpose_b,
                    .accumulate = inputs.size() > 2 ? inputs[2] : Tensor{},
                    .wide = true})};
  });
}

}  // namespace heed
