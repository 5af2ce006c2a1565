// Ops that add up: products of matrices, reductions, rows added to a table, softmax.
#include <algorithm>

#include "slate_kernels.h"

namespace slate {

// Operands are dense. Leading axes of a and b repeat where they are 1 or missing.
void matmul(const heed::Matmul& op, const Operands& inputs, const Operands& outputs) {
  const Operand &a = inputs[0], &b = inputs[1], &out = outputs[0];
  const heed::Shape& shape = out.shape();
  const std::int64_t rows = shape[-2], columns = shape[-1];
  const std::int64_t inner = a.shape()[op.transpose_a ? -2 : -1];
  const heed::Shape batches = shape.leading(shape.rank() - 2);
  // Where a batch's matrix begins in an operand.
  const auto matrix = [&](const Operand& operand, std::int64_t batch) {
    const heed::Shape own = operand.shape().leading(operand.shape().rank() - 2);
    const heed::Strides strides = heed::broadcast_strides(own, heed::dense_strides(own), batches);
    return offset_of(batch, batches, strides) * operand.shape()[-1] * operand.shape()[-2];
  };
  for (std::int64_t batch = 0; batch < batches.elements(); ++batch) {
    const std::int64_t at_a = matrix(a, batch), at_b = matrix(b, batch);
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        const std::int64_t at = (batch * rows + i) * columns + j;
        double total = inputs.size() > 2 ? inputs[2].get(at) : 0;
        for (std::int64_t k = 0; k < inner; ++k) {
          total += a.get(at_a + (op.transpose_a ? k * rows + i : i * inner + k)) *
                   b.get(at_b + (op.transpose_b ? j * inner + k : k * columns + j));
        }
        out.set(at, total);
      }
    }
  }
}

void reduce(const heed::Reduce& op, const Operands& inputs, const Operands& outputs) {
  const Operand &in = inputs[0], &out = outputs[0];
  const bool sums = op.kind == heed::ReduceKind::sum, largest = op.kind == heed::ReduceKind::maximum;
  const bool is_signed = in.dtype() == heed::DType::i32, is_unsigned = in.dtype() == heed::DType::u32;
  // Over nothing a maximum is the lowest value of its type, a minimum the highest.
  const double lowest = is_signed ? -0x1p31 : is_unsigned ? 0 : -HUGE_VAL;
  const double highest = is_signed ? 0x1p31 - 1 : is_unsigned ? 0x1p32 - 1 : HUGE_VAL;
  heed::Shape kept = in.shape();
  for (const std::int64_t axis : op.axes) kept = kept.with(static_cast<int>(axis), 1);
  heed::Strides to = heed::dense_strides(kept);
  for (const std::int64_t axis : op.axes) to[static_cast<std::size_t>(axis)] = 0;
  std::vector<double> totals(static_cast<std::size_t>(out.count()), sums ? 0 : largest ? lowest : highest);
  for (std::int64_t i = 0; i < in.count(); ++i) {
    double& total = totals[static_cast<std::size_t>(offset_of(i, in.shape(), to))];
    const double value = in.get(i);
    if (sums) {
      total += value;
    } else if (!std::isnan(total)) {
      total = std::isnan(value) ? value : largest ? std::max(total, value) : std::min(total, value);
    }
  }
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, totals[static_cast<std::size_t>(i)]);
}

// The table may be updated where it lies. Rows are added in their order; an index outside is passed over.
void scatter_add(const heed::ScatterAdd&, const Operands& inputs, const Operands& outputs) {
  const Operand &base = inputs[0], &indices = inputs[1], &rows = inputs[2], &out = outputs[0];
  if (out.data != base.data)
    for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, base.get(i));
  const std::int64_t height = out.shape()[0], width = out.shape().without(0).elements();
  for (std::int64_t i = 0; i < indices.count(); ++i) {
    const double row = indices.get(i);
    if (row < 0 || row >= static_cast<double>(height)) continue;
    for (std::int64_t k = 0; k < width; ++k) {
      const std::int64_t at = static_cast<std::int64_t>(row) * width + k;
      out.set(at, out.get(at) + rows.get(i * width + k));
    }
  }
}

// The composite that Slate claims, along any axis: in one kernel instead of five.
void softmax(const heed::Softmax& op, const Operands& inputs, const Operands& outputs) {
  const Operand &in = inputs[0], &out = outputs[0];
  const std::int64_t size = in.shape()[op.axis];
  std::int64_t inner = 1;
  for (int axis = op.axis + 1; axis < in.shape().rank(); ++axis) inner *= in.shape()[axis];
  std::vector<double> row(static_cast<std::size_t>(size));
  for (std::int64_t slice = 0; size > 0 && slice < in.count() / size; ++slice) {
    const std::int64_t first = slice / inner * size * inner + slice % inner;
    for (std::int64_t i = 0; i < size; ++i) row[static_cast<std::size_t>(i)] = in.get(first + i * inner);
    const double largest = *std::ranges::max_element(row);
    double total = 0;
    for (double& value : row) total += value = std::exp(value - largest);
    for (std::int64_t i = 0; i < size; ++i)
      out.set(first + i * inner, row[static_cast<std::size_t>(i)] / total);
  }
}

}  // namespace slate
