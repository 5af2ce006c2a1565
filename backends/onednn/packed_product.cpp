#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/packed_product.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/packed_product.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

// A tile of the result stays in registers: 28 of 32 with AVX-512, 12 of 16 before.
constexpr int lanes = HWY_MAX_BYTES / 4;
constexpr int tile_rows = lanes == 16 ? 14 : 6;
constexpr int tile_columns = 2 * lanes;

using Four = hn::FixedTag<float, 4>;

// Four rows of four values to four columns: out[i * step] = column i.
HWY_INLINE void transpose_four(const float* rows, std::int64_t leading, float* out, std::int64_t step) {
  const Four d;
  const auto r0 = hn::LoadU(d, rows), r1 = hn::LoadU(d, rows + leading),
             r2 = hn::LoadU(d, rows + 2 * leading), r3 = hn::LoadU(d, rows + 3 * leading);
  const auto low01 = hn::InterleaveLower(d, r0, r1), low23 = hn::InterleaveLower(d, r2, r3);
  const auto high01 = hn::InterleaveUpper(d, r0, r1), high23 = hn::InterleaveUpper(d, r2, r3);
  hn::StoreU(hn::ConcatLowerLower(d, low23, low01), d, out);
  hn::StoreU(hn::ConcatUpperUpper(d, low23, low01), d, out + step);
  hn::StoreU(hn::ConcatLowerLower(d, high23, high01), d, out + 2 * step);
  hn::StoreU(hn::ConcatUpperUpper(d, high23, high01), d, out + 3 * step);
}

// packed[k][c] = rows[c][k] for `count` rows of at most `width`; zeros fill the rest.
void pack_transposed(const float* rows, std::int64_t leading, std::int64_t count, std::int64_t inner,
                     std::int64_t width, float* packed) {
  std::int64_t c = 0;
  for (; c + 4 <= count; c += 4) {
    std::int64_t k = 0;
    for (; k + 4 <= inner; k += 4)
      transpose_four(rows + c * leading + k, leading, packed + k * width + c, width);
    for (; k < inner; ++k) {
      for (std::int64_t i = 0; i < 4; ++i) packed[k * width + c + i] = rows[(c + i) * leading + k];
    }
  }
  for (; c < width; ++c) {
    for (std::int64_t k = 0; k < inner; ++k) packed[k * width + c] = c < count ? rows[c * leading + k] : 0.0f;
  }
}

// packed[k][c] = matrix[k][c], zeros from `count` to `width`. Rows are far apart, so that the processor does
// not foresee them.
template <int width>
void pack_strip(const float* matrix, std::int64_t leading, std::int64_t count, std::int64_t inner,
                float* packed) {
  constexpr std::int64_t ahead = 12;
  const hn::CappedTag<float, static_cast<std::size_t>(lanes)> d;
  for (std::int64_t k = 0; k < inner; ++k) {
    const float* row = matrix + k * leading;
    hwy::Prefetch(row + ahead * leading);
    hwy::Prefetch(row + ahead * leading + width - 1);
    for (std::int64_t c = 0; c < width; c += lanes) {
      const auto present =
          hn::FirstN(d, static_cast<std::size_t>(std::clamp<std::int64_t>(count - c, 0, lanes)));
      const auto written = hn::FirstN(d, static_cast<std::size_t>(std::min<std::int64_t>(width - c, lanes)));
      hn::BlendedStore(hn::MaskedLoad(present, d, row + c), written, d, packed + k * width + c);
    }
  }
}

// A block that is needed later, walked through two lines of memory at a time.
class LinesAhead {
 public:
  explicit LinesAhead(const Upcoming& block) : rest_(block) {
    const auto within_line = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(rest_.data) % 64 / 4);
    rest_.data -= rest_.data ? within_line : 0;
    rest_.width += within_line;
  }

  // The next lines, at most to `end`.
  const float** take(const float** to, const float** end) {
    while (to != end && rest_.rows > 0) {
      for (; to != end && column_ < rest_.width; column_ += 32) *to++ = rest_.data + column_;
      if (column_ < rest_.width) break;
      column_ = 0;
      rest_.data += rest_.leading;
      --rest_.rows;
    }
    return to;
  }

 private:
  Upcoming rest_;
  std::int64_t column_ = 0;
};

// What is asked for while a tile is computed, two lines every `every` steps: a core waits for a few lines at
// once and no more.
struct FetchList {
  const float* pairs[inner_block];
  std::int64_t every = 1;  // a power of two

  // As much of `out` and `a` as there are steps for; then lines that are there anyway.
  void fill(std::int64_t inner, LinesAhead& out, LinesAhead& a, const float* near) {
    const float** const end = pairs + (inner + every - 1) / every;
    std::fill(a.take(out.take(pairs, end), end), end, near);
  }
};

// What a tile reads, and what is asked for meanwhile.
struct Tile {
  const float* a;
  std::int64_t a_leading;
  const float* b;
  std::int64_t inner;
  const float* from;
  float* out;
  std::int64_t leading;
  const FetchList* ahead;
};

// A pointer that the compiler keeps apart from others: it would compute them from one another, or several of
// them as one vector, and move them to and fro.
HWY_INLINE const float* in_register(const float* pointer) {
  asm("" : "+r"(pointer));
  return pointer;
}

template <int rows, bool packed>
void multiply_tile(const Tile& tile) {
  const hn::CappedTag<float, static_cast<std::size_t>(lanes)> d;
  using Vector = hn::Vec<decltype(d)>;
  Vector sums[rows][2];
  HWY_UNROLL(14)
  for (int i = 0; i < rows; ++i) {
    sums[i][0] = hn::Zero(d);
    sums[i][1] = hn::Zero(d);
  }
  const std::int64_t row_step = packed ? 1 : tile.a_leading;
  constexpr std::int64_t inner_step = packed ? tile_rows : 1;
  // Every third row has a pointer of its own: its neighbours are then in reach of an address, and registers
  // are left. Compilers would keep one for each row, most of them on the stack.
  const float* a0 = in_register(tile.a);
  const float* a1 = in_register(a0 + 3 * row_step);
  const float* a2 = in_register(a1 + 3 * row_step);
  const float* a3 = in_register(a2 + 3 * row_step);
  const float* a4 = in_register(a3 + 3 * row_step);
  const auto near_row = [&](int i) HWY_ATTR {
    return i < 3 ? a0 : (i < 6 ? a1 : (i < 9 ? a2 : (i < 12 ? a3 : a4)));
  };
  const float* b = tile.b;
  const std::int64_t fetch_mask = tile.ahead->every - 1;
  const float* const* ahead = tile.ahead->pairs;
  for (std::int64_t k = 0; k < tile.inner; ++k) {
    const Vector left = hn::LoadU(d, b), right = hn::LoadU(d, b + lanes);
    hwy::Prefetch(b + 8 * tile_columns);
    hwy::Prefetch(b + 8 * tile_columns + lanes);
    if ((k & fetch_mask) == 0) {
      const float* const pair = *ahead++;
      hwy::Prefetch(pair);
      hwy::Prefetch(pair + 16);
    }
    HWY_UNROLL(14)
    for (int i = 0; i < rows; ++i) {
      const Vector value = hn::Set(d, packed ? a0[i] : near_row(i)[i % 3 * row_step]);
      sums[i][0] = hn::MulAdd(value, left, sums[i][0]);
      sums[i][1] = hn::MulAdd(value, right, sums[i][1]);
    }
    a0 = in_register(a0 + inner_step);
    a1 = in_register(a1 + inner_step);
    a2 = in_register(a2 + inner_step);
    a3 = in_register(a3 + inner_step);
    a4 = in_register(a4 + inner_step);
    b += tile_columns;
  }
  HWY_UNROLL(14)
  for (int i = 0; i < rows; ++i) {
    float* out = tile.out + i * tile.leading;
    if (tile.from) {
      const float* from = tile.from + i * tile.leading;
      sums[i][0] = hn::Add(hn::LoadU(d, from), sums[i][0]);
      sums[i][1] = hn::Add(hn::LoadU(d, from + lanes), sums[i][1]);
    }
    hn::StoreU(sums[i][0], d, out);
    hn::StoreU(sums[i][1], d, out + lanes);
  }
}

using TileFunction = void (*)(const Tile& tile);

template <bool packed, int... rows>
TileFunction tile_function(int count, std::integer_sequence<int, rows...>) {
  constexpr TileFunction functions[] = {&multiply_tile<rows + 1, packed>...};
  return functions[count - 1];
}

TileFunction tile_function(int rows, bool packed) {
  constexpr auto counts = std::make_integer_sequence<int, tile_rows>();
  return packed ? tile_function<true>(rows, counts) : tile_function<false>(rows, counts);
}

// The last columns of a matrix: computed beside it, as a whole tile.
void multiply_narrow(TileFunction multiply, Tile tile, std::int64_t rows, std::int64_t columns) {
  float values[tile_rows * tile_columns];
  const float* from = tile.from;
  float* out = tile.out;
  const std::int64_t leading = tile.leading;
  tile.from = nullptr;
  tile.out = values;
  tile.leading = tile_columns;
  multiply(tile);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const float sum = values[i * tile_columns + c];
      out[i * leading + c] = from ? from[i * leading + c] + sum : sum;
    }
  }
}

// Rows are cut into tiles of nearly equal height: thin ones would wait for b.
struct TileRows {
  explicit TileRows(std::int64_t rows) : rows(rows), tiles((rows + tile_rows - 1) / tile_rows) {}
  std::int64_t first(std::int64_t tile) const { return rows * tile / tiles; }
  std::int64_t count(std::int64_t tile) const { return tile < tiles ? first(tile + 1) - first(tile) : 0; }
  std::int64_t rows, tiles;
};

std::int64_t power_of_two_up_to(std::int64_t limit) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(limit)));
}

}  // namespace

void pack_columns_vector(const MatrixView& b, std::int64_t first, std::int64_t inner,
                         std::int64_t first_column, std::int64_t columns, float* packed) {
  for (std::int64_t c = first_column; c < first_column + columns; c += tile_columns) {
    const std::int64_t count = std::min<std::int64_t>(tile_columns, first_column + columns - c);
    float* strip = packed + c * inner;
    if (b.transposed) {
      pack_transposed(b.data + c * b.leading + first, b.leading, count, inner, tile_columns, strip);
    } else {
      pack_strip<tile_columns>(b.data + first * b.leading + c, b.leading, count, inner, strip);
    }
  }
}

void pack_rows_vector(const MatrixView& a, std::int64_t rows, std::int64_t inner, float* packed) {
  const TileRows cut(rows);
  for (std::int64_t i = 0; i < cut.tiles; ++i)
    pack_strip<tile_rows>(a.data + cut.first(i), a.leading, cut.count(i), inner,
                          packed + i * tile_rows * inner);
}

void multiply_block_vector(const ProductBlock& block) {
  const bool packed = block.a_leading == 0;
  const TileRows cut(block.rows);
  const std::int64_t strips = (block.columns + tile_columns - 1) / tile_columns;
  FetchList ahead;
  ahead.every = power_of_two_up_to(std::clamp<std::int64_t>(block.inner / (2 * tile_rows), 1, 2 * strips));
  LinesAhead next_a(block.next);
  for (std::int64_t i = 0; i < cut.tiles; ++i) {
    const std::int64_t rows = cut.count(i);
    const TileFunction multiply = tile_function(static_cast<int>(rows), packed);
    const float* a = block.a + (packed ? i * tile_rows * block.inner : cut.first(i) * block.a_leading);
    if (block.a_is_far) {
      next_a = LinesAhead(i + 1 < cut.tiles ? Upcoming{a + rows * block.a_leading, block.a_leading,
                                                       block.inner, cut.count(i + 1)}
                                            : block.next);
    }
    for (std::int64_t strip = 0; strip < strips; ++strip) {
      const std::int64_t column = strip * tile_columns, at = cut.first(i) * block.leading + column;
      const bool last = strip + 1 == strips;
      LinesAhead next_out({block.out + (last ? cut.first(i + 1) * block.leading : at + tile_columns),
                           block.leading, tile_columns, last ? cut.count(i + 1) : rows});
      ahead.fill(block.inner, next_out, next_a, a);
      const Tile tile{.a = a,
                      .a_leading = block.a_leading,
                      .b = block.b + column * block.inner,
                      .inner = block.inner,
                      .from = block.from ? block.from + at : nullptr,
                      .out = block.out + at,
                      .leading = block.leading,
                      .ahead = &ahead};
      if (block.columns - column >= tile_columns) {
        multiply(tile);
      } else {
        multiply_narrow(multiply, tile, rows, block.columns - column);
      }
    }
  }
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(pack_columns_vector);
HWY_EXPORT(pack_rows_vector);
HWY_EXPORT(multiply_block_vector);

void pack_columns(const MatrixView& b, std::int64_t first, std::int64_t inner, std::int64_t first_column,
                  std::int64_t columns, float* packed) {
  HWY_DYNAMIC_DISPATCH(pack_columns_vector)(b, first, inner, first_column, columns, packed);
}

void pack_rows(const MatrixView& a, std::int64_t rows, std::int64_t inner, float* packed) {
  HWY_DYNAMIC_DISPATCH(pack_rows_vector)(a, rows, inner, packed);
}

void multiply_block(const ProductBlock& block) {
  HWY_DYNAMIC_DISPATCH(multiply_block_vector)(block);
}

}  // namespace heed::onednn
#endif
