// Walks over tensors: axes merged as far as all operands allow, and how work is cut. Knows no ops.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <heed/backends/kernel_layout.h>
#include <heed/backends/thread_pool.h>

namespace heed::onednn {

inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

inline std::size_t as_size(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

// Runs body(begin, end, worker) over [0, total) in pieces of `step`: the cut depends on the sizes alone.
template <typename Body>
void for_ranges(ThreadPool& pool, std::int64_t total, std::int64_t step, const Body& body) {
  pool.run(ceil_div(total, step), [&](std::int64_t piece, int worker) {
    body(piece * step, std::min(total, (piece + 1) * step), worker);
  });
}

// Rows in one piece of work, so that a piece touches about `elements` elements.
inline std::int64_t rows_per_piece(std::int64_t row, std::int64_t elements = 16384) {
  return std::max<std::int64_t>(1, elements / std::max<std::int64_t>(1, row));
}

// A walk in row-major order over `sizes`; strides[k][i] is how far operand k moves along axis i.
struct Walk {
  std::vector<std::int64_t> sizes;
  std::vector<Strides> strides;

  std::int64_t elements() const;
  int rank() const { return static_cast<int>(sizes.size()); }
  std::int64_t inner() const { return sizes.empty() ? 1 : sizes.back(); }
  std::int64_t inner_stride(std::size_t operand) const { return sizes.empty() ? 0 : strides[operand].back(); }
  // Where row `row` (an index over all axes but the last) begins in an operand.
  std::int64_t row_offset(std::int64_t row, std::size_t operand) const {
    std::int64_t offset = 0;
    for (std::size_t i = sizes.size(); i-- > 1;) {
      offset += row % sizes[i - 1] * strides[operand][i - 1];
      row /= sizes[i - 1];
    }
    return offset;
  }
};

// Drops axes of size 1 and merges neighbours that every operand walks through as one.
Walk collapse(const Shape& shape, std::vector<Strides> strides);

}  // namespace heed::onednn
