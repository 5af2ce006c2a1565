// What a matrix product reads: its operands as matrices in memory, for each place of the batch.
#pragma once

#include <optional>

#include <heed/backends/host/kernel.h>
#include <heed/backends/memory.h>
#include <heed/backends/onednn/sgemm.h>
#include <heed/backends/onednn/strided_copy.h>
#include <heed/ops/matmul.h>

namespace heed::onednn {

// One operand: a matrix [rows, columns] for each place of the batch. Strides in elements.
struct ProductOperand {
  std::int64_t rows, columns;
  std::int64_t row_stride, column_stride;
  Strides batch_strides;                    // along the result's batch axes
  std::optional<StridedCopy> densify = {};  // into scratch first, where a product cannot read the layout
  std::int64_t dense_bytes = 0;             // then needed

  // Products want one of the two strides to be 1, and the other to lead from row to row without overlap.
  bool is_plain() const {
    return (column_stride == 1 || columns == 1) && (row_stride >= columns || rows == 1);
  }
  bool is_transposed() const {
    return (row_stride == 1 || rows == 1) && (column_stride >= rows || columns == 1);
  }

  std::int64_t leading() const;  // from one row, or column where it is transposed, to the next

  // The operand itself, or a dense copy in scratch.
  const std::byte* readable(ThreadPool& pool, const std::byte* operand, std::byte* scratch) const;
};

struct ProductOperands {
  ProductOperands(const Matmul& op, const host::KernelRequest& request);

  // How far into operand 0 (a) or 1 (b) matrix `index` of the batch begins, in elements.
  std::int64_t batch_offset(std::int64_t index, std::size_t operand) const;

  ProductOperand a, b;
  ProductSize size;  // leading axes along which b repeats and a goes on row by row are rows of it
  std::int64_t batches;

 private:
  Shape merge_into_rows(Shape batch);
  Walk batch_;
};

}  // namespace heed::onednn
