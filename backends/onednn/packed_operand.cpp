#include <algorithm>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/packed_operand.h>

namespace heed::onednn {

void pack_operand(ThreadPool& pool, const MatrixView& b, const ProductSize& size, float* packed) {
  constexpr std::int64_t columns_at_once = 2 * packed_column_unit;
  const std::int64_t padded_columns = packed_columns_size(size.columns, 1);
  const std::int64_t groups = ceil_div(size.columns, columns_at_once);
  pool.run(ceil_div(size.inner, inner_block) * groups, [&](std::int64_t piece, int) {
    const std::int64_t first = piece / groups * inner_block, column = piece % groups * columns_at_once;
    pack_columns(b, first, std::min(inner_block, size.inner - first), column,
                 std::min(columns_at_once, size.columns - column), packed + first * padded_columns);
  });
}

}  // namespace heed::onednn
