#include <algorithm>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/packed_operand.h>
#include <heed/backends/onednn/thin_product.h>

namespace heed::onednn {

namespace {

constexpr std::int64_t strip_columns = packed_column_unit;

}  // namespace

bool ThinProduct::suits(const ProductSize& size, bool a_transposed) {
  return !a_transposed && size.rows <= 256 && size.columns >= 64 && size.inner >= 64;
}

void ThinProduct::pack(ThreadPool& pool, const MatrixView& b, float* packed) const {
  pack_operand(pool, b, size_, packed);
}

void ThinProduct::run(ThreadPool& pool, const MatrixView& a, const float* packed, const float* from,
                      float* out) const {
  pool.run(ceil_div(size_.columns, strip_columns),
           [&](std::int64_t strip, int) { run_strip(a, packed, from, out, strip * strip_columns); });
}

void ThinProduct::run_strip(const MatrixView& a, const float* packed, const float* from, float* out,
                            std::int64_t column) const {
  const std::int64_t padded = packed_columns_size(size_.columns, 1);
  for (std::int64_t k = 0; k < size_.inner; k += inner_block) {
    const std::int64_t inner = std::min(inner_block, size_.inner - k), end = k + inner;
    const float* const b = packed + k * padded + column * inner;
    // The strip's next terms, or the next strip's first: in one piece, so cut into rows at will.
    const float* next = nullptr;
    std::int64_t next_floats = 0;
    if (end < size_.inner) {
      next_floats = std::min(inner_block, size_.inner - end) * strip_columns;
      next = packed + end * padded + column * (next_floats / strip_columns);
    } else if (column + strip_columns < size_.columns) {
      next_floats = std::min(inner_block, size_.inner) * strip_columns;
      next = packed + next_floats / strip_columns * (column + strip_columns);
    }
    multiply_block({.rows = size_.rows,
                    .columns = std::min(strip_columns, size_.columns - column),
                    .inner = inner,
                    .a = a.data + k,
                    .a_leading = a.leading,
                    .b = b,
                    .from = k > 0 ? out + column : (from ? from + column : nullptr),
                    .out = out + column,
                    .leading = size_.columns,
                    .next = {next, next_floats, next_floats, next ? 1 : 0}});
  }
}

}  // namespace heed::onednn
