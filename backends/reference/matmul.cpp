// Matrix product: three loops around a sum in double.
#include <heed/backends/reference/elements.h>
#include <heed/backends/reference/make.h>

namespace heed::reference {

Kernel make_matmul(const Matmul& op, const KernelRequest& request) {
  const TensorLayout out = request.outputs[0];
  const DType dtype = request.inputs[0].type.dtype;
  const bool accumulates = request.inputs.size() > 2;
  const int rank = out.type.shape.rank();
  const std::int64_t inner = request.inputs[0].type.shape[op.transpose_a ? -2 : -1];

  // Operands as [batch..., row, column] of the result; the inner axis is walked by hand.
  const auto layout = [&](const TensorLayout& operand, bool swapped) {
    Strides strides =
        broadcast_strides(operand.type.shape, operand.strides,
                          out.type.shape.with(-1, operand.type.shape[-1]).with(-2, operand.type.shape[-2]));
    const auto last = static_cast<std::size_t>(rank - 1);
    strides[last] = operand.strides.back();
    strides[last - 1] = operand.strides[operand.strides.size() - 2];
    if (swapped) std::swap(strides[last], strides[last - 1]);
    return strides;
  };
  Strides a = layout(request.inputs[0], op.transpose_a);
  Strides b = layout(request.inputs[1], op.transpose_b);
  const std::int64_t a_inner = a[static_cast<std::size_t>(rank - 1)];
  const std::int64_t b_inner = b[static_cast<std::size_t>(rank - 2)];
  a[static_cast<std::size_t>(rank - 1)] = 0;
  b[static_cast<std::size_t>(rank - 2)] = 0;
  const Strides c = accumulates ? request.inputs[2].strides : Strides(static_cast<std::size_t>(rank), 0);

  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    Walk<3> walk(out.type.shape, {&a, &b, &c});
    for (std::int64_t i = 0; i < out.type.shape.elements(); ++i, walk.next()) {
      const auto [at_a, at_b, at_c] = walk.offsets();
      double total = accumulates ? load(out.type.dtype, call.inputs[2], at_c).real : 0;
      for (std::int64_t k = 0; k < inner; ++k) {
        total += load(dtype, call.inputs[0], at_a + k * a_inner).real *
                 load(dtype, call.inputs[1], at_b + k * b_inner).real;
      }
      store(out.type.dtype, call.outputs[0], i, {total, 0});
    }
  };
  return kernel;
}

}  // namespace heed::reference
