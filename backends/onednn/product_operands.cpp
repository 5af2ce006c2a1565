#include <heed/backends/onednn/product_operands.h>

namespace heed::onednn {

namespace {

ProductOperand read_operand(const TensorLayout& layout, bool transpose, const Shape& batch) {
  const int rank = layout.type.shape.rank();
  const auto axis = [&](int i) { return as_size(rank + i); };
  ProductOperand operand{
      layout.type.shape[-2], layout.type.shape[-1], layout.strides[axis(-2)], layout.strides[axis(-1)], {}};
  const Shape full = batch.appended(operand.rows).appended(operand.columns);
  operand.batch_strides = broadcast_strides(layout.type.shape, layout.strides, full);
  operand.batch_strides.resize(as_size(batch.rank()));
  if (!operand.is_plain() && !operand.is_transposed()) {
    const Strides dense = dense_strides(layout.type.shape);
    operand.densify.emplace(layout.type.dtype, layout.type.shape, layout.strides, dense);
    operand.dense_bytes = align_up(layout.type.bytes());
    operand.row_stride = operand.columns;
    operand.column_stride = 1;
    operand.batch_strides = broadcast_strides(layout.type.shape, dense, full);
    operand.batch_strides.resize(as_size(batch.rank()));
  }
  if (transpose) {
    std::swap(operand.rows, operand.columns);
    std::swap(operand.row_stride, operand.column_stride);
  }
  return operand;
}

}  // namespace

std::int64_t ProductOperand::leading() const {
  return is_plain() ? std::max({row_stride, columns, std::int64_t{1}})
                    : std::max({column_stride, rows, std::int64_t{1}});
}

const std::byte* ProductOperand::readable(ThreadPool& pool, const std::byte* operand,
                                          std::byte* scratch) const {
  if (!densify) return operand;
  densify->run(pool, operand, scratch);
  return scratch;
}

ProductOperands::ProductOperands(const Matmul& op, const host::KernelRequest& request) {
  const Shape& shape = request.outputs[0].type.shape;
  Shape batch = shape.leading(shape.rank() - 2);
  a = read_operand(request.inputs[0], op.transpose_a, batch);
  b = read_operand(request.inputs[1], op.transpose_b, batch);
  size = {a.rows, b.columns, a.columns};
  batch = merge_into_rows(batch);
  batch_ = collapse(batch, {a.batch_strides, b.batch_strides});
  batches = batch.elements();
}

Shape ProductOperands::merge_into_rows(Shape batch) {
  while (batch.rank() > 0) {
    const std::size_t last = as_size(batch.rank() - 1);
    const bool follows = a.batch_strides[last] == a.rows * a.row_stride && a.is_plain();
    if (batch[-1] != 1 && (b.batch_strides[last] != 0 || !follows)) break;
    a.rows *= batch[-1];
    size.rows = a.rows;
    a.batch_strides.pop_back();
    b.batch_strides.pop_back();
    batch = batch.without(-1);
  }
  return batch;
}

std::int64_t ProductOperands::batch_offset(std::int64_t index, std::size_t operand) const {
  std::int64_t offset = 0;
  for (std::size_t i = batch_.sizes.size(); i-- > 0;) {
    offset += index % batch_.sizes[i] * batch_.strides[operand][i];
    index /= batch_.sizes[i];
  }
  return offset;
}

}  // namespace heed::onednn
