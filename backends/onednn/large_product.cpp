#include <algorithm>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/large_product.h>
#include <heed/backends/onednn/packed_operand.h>

namespace heed::onednn {

namespace {

// Of b's columns, what is used with one block of rows: with inner_block terms, half of a core's second cache.
constexpr std::int64_t column_block = 1024;

// What of a the piece of rows [row, end) reads when it goes on at term k, or the piece after it.
Upcoming upcoming(const MatrixView& a, const ProductSize& size, std::int64_t row, std::int64_t end,
                  std::int64_t k) {
  const std::int64_t rows = a.transposed ? end - row : std::int64_t{16};
  const bool ends = k == size.inner;
  const std::int64_t first = ends ? end : row, from = ends ? 0 : k;
  const std::int64_t count = std::min(rows, size.rows - first);
  const std::int64_t inner = std::min(inner_block, size.inner - from);
  if (count <= 0) return {};
  if (a.transposed) return {a.data + from * a.leading + first, a.leading, count, inner};
  return {a.data + first * a.leading + from, a.leading, inner, count};
}

}  // namespace

bool LargeProduct::suits(const ProductSize& size) {
  return size.rows >= 64 && size.columns >= 64 && size.inner >= 64;
}

LargeProduct::LargeProduct(const ProductSize& size, bool a_transposed, int threads)
    : size_(size), threads_(threads), padded_columns_(packed_columns_size(size.columns, 1)) {
  column_pieces_ = ceil_div(size.columns, column_block);
  // As many for each thread, so that all end together; more of them where cutting costs nothing.
  const std::int64_t most_rows = a_transposed ? packed_row_block : std::int64_t{256};
  const std::int64_t share = threads * (a_transposed ? 1 : 2);
  row_pieces_ = ceil_div(ceil_div(size.rows, most_rows), share) * share;
  row_pieces_ = std::min(row_pieces_, ceil_div(size.rows, 16));
  shared_floats_ = padded_columns_ * size.inner;
  worker_floats_ = a_transposed ? packed_rows_size : 0;
}

void LargeProduct::run(ThreadPool& pool, const MatrixView& a, const MatrixView& b, const float* from,
                       float* out, float* scratch) const {
  pack_operand(pool, b, size_, scratch);
  pool.run(row_pieces_ * column_pieces_, [&](std::int64_t piece, int worker) {
    run_piece(a, scratch, from, out, scratch + shared_floats_ + worker * worker_floats_, piece);
  });
}

void LargeProduct::run_piece(const MatrixView& a, const float* packed, const float* from, float* out,
                             float* rows_scratch, std::int64_t piece) const {
  const std::int64_t column = piece / row_pieces_ * column_block;
  const std::int64_t index = piece % row_pieces_;
  const std::int64_t row = size_.rows * index / row_pieces_, end = size_.rows * (index + 1) / row_pieces_;
  const std::int64_t at = row * size_.columns + column;
  for (std::int64_t k = 0; k < size_.inner; k += inner_block) {
    const std::int64_t inner = std::min(inner_block, size_.inner - k);
    ProductBlock block{.rows = end - row,
                       .columns = std::min(column_block, size_.columns - column),
                       .inner = inner,
                       .a = a.data + row * a.leading + k,
                       .a_leading = a.leading,
                       .b = packed + k * padded_columns_ + column * inner,
                       .from = k > 0 ? out + at : (from ? from + at : nullptr),
                       .out = out + at,
                       .leading = size_.columns,
                       .next = upcoming(a, size_, row, end, k + inner),
                       .a_is_far = !a.transposed};
    if (a.transposed) {
      pack_rows({a.data + k * a.leading + row, a.leading, true}, block.rows, inner, rows_scratch);
      block.a = rows_scratch;
      block.a_leading = 0;
    }
    multiply_block(block);
  }
}

}  // namespace heed::onednn
