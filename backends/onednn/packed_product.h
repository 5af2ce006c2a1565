// The inner part of large matrix products: packed operands, register tiles. Knows no ops and no threads.
// The scheme is that of Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication".
#pragma once

#include <cstdint>

#include <heed/backends/onednn/sgemm.h>

namespace heed::onednn {

// Products are summed in blocks of so many terms: what one tile reads of b then stays in the nearest cache.
constexpr std::int64_t inner_block = 256;

// Where a is read along its columns, so many of its rows are packed together at most: half of a core's cache.
constexpr std::int64_t packed_row_block = 140;

// Strips of b are this wide or a divisor of it.
constexpr std::int64_t packed_column_unit = 32;

// Floats of a packed block with `inner` terms.
constexpr std::int64_t packed_columns_size(std::int64_t columns, std::int64_t inner) {
  return (columns + packed_column_unit - 1) / packed_column_unit * packed_column_unit * inner;
}
constexpr std::int64_t packed_rows_size = (packed_row_block + 16) * inner_block;

// b's rows [first, first + inner), its columns from 0 on: strips of columns, one after the other.
// `first_column` is a multiple of the unit; only columns [first_column, first_column + columns) are written,
// in their place.
void pack_columns(const MatrixView& b, std::int64_t first, std::int64_t inner, std::int64_t first_column,
                  std::int64_t columns, float* packed);

// `rows` columns of what `a` stores, as rows of the transposed matrix: strips of rows. a.transposed must
// hold; a.data points to the first.
void pack_rows(const MatrixView& a, std::int64_t rows, std::int64_t inner, float* packed);

// What will be read after a block: it may lie in a far cache, and is asked for while the block is computed.
struct Upcoming {
  const float* data = nullptr;
  std::int64_t leading = 0, width = 0, rows = 0;
};

// A block of a product: out = from + a b, where `from` may be out, or null for zeros.
struct ProductBlock {
  std::int64_t rows, columns, inner;
  const float* a;
  std::int64_t a_leading;  // 0: packed
  const float* b;          // packed
  const float* from;
  float* out;
  std::int64_t leading;  // of from and out
  Upcoming next;
  bool a_is_far = false;  // then each tile's rows are asked for ahead, too
};
void multiply_block(const ProductBlock& block);

}  // namespace heed::onednn
