#include <hwy/base.h>
#include <hwy/targets.h>

#include <heed/backends/onednn/tile_panels.h>
#include <heed/graph/error.h>

#if HWY_ARCH_X86_64 && defined(__linux__)

#include <algorithm>

#include <immintrin.h>

namespace heed::onednn {

HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,avx512dq,avx512vl,amx-tile,amx-bf16")

namespace {

// 16 rows of 16 numbers, `stride` apart; zeros from `rows` and `columns` on.
template <typename Element>
struct Square {
  const Element* data;
  std::int64_t stride;
  std::int64_t rows = 16, columns = 16;
};

HWY_INLINE __m512 load(const float* data, __mmask16 present) {
  return _mm512_maskz_loadu_ps(present, data);
}

HWY_INLINE __m512 load(const Bf16* data, __mmask16 present) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(present, data));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

template <bool whole, typename Element>
HWY_INLINE __m512 row_of(const Square<Element>& square, int i) {
  const Element* const row = square.data + i * square.stride;
  if constexpr (whole) return load(row, 0xffff);
  if (i >= square.rows || square.columns <= 0) return _mm512_setzero_ps();
  return load(row, static_cast<__mmask16>((1u << std::min<std::int64_t>(square.columns, 16)) - 1));
}

__m512 low_pairs(__m512 a, __m512 b) {
  return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}

__m512 high_pairs(__m512 a, __m512 b) {
  return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}

// Rows become columns, within four lanes first and then between them.
template <bool whole, typename Element>
HWY_INLINE void transpose(const Square<Element>& from, float* to) {
  __m512 x[16], y[16];
  for (int i = 0; i < 16; ++i) x[i] = row_of<whole>(from, i);
  for (int i = 0; i < 16; i += 2) {
    y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    x[i] = low_pairs(y[i], y[i + 2]);
    x[i + 1] = high_pairs(y[i], y[i + 2]);
    x[i + 2] = low_pairs(y[i + 1], y[i + 3]);
    x[i + 3] = high_pairs(y[i + 1], y[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    for (int half = 0; half < 16; half += 8) {
      y[half + i] = _mm512_shuffle_f32x4(x[half + i], x[half + i + 4], 0x88);
      y[half + i + 4] = _mm512_shuffle_f32x4(x[half + i], x[half + i + 4], 0xdd);
    }
  }
  for (int i = 0; i < 8; ++i) {
    _mm512_store_ps(to + 16 * i, _mm512_shuffle_f32x4(y[i], y[i + 8], 0x88));
    _mm512_store_ps(to + 16 * (i + 8), _mm512_shuffle_f32x4(y[i], y[i + 8], 0xdd));
  }
}

__m512i bits(__m512 x) {
  return _mm512_castps_si512(x);
}

// What a number's bits become when it is rounded to bfloat16, ties away from zero: the upper half counts.
__m512i rounded(__m512 x) {
  return _mm512_add_epi32(bits(x), _mm512_set1_epi32(0x8000));
}

__m512 upper_half(__m512i x) {
  return _mm512_castsi512_ps(_mm512_and_si512(x, _mm512_set1_epi32(static_cast<int>(0xffff0000))));
}

// A row of a tile: the numbers of two rows, pair by pair.
void store_pairs(__m512i first, __m512i second, std::byte* row) {
  const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  const __m512i pairs = _mm512_ternarylogic_epi32(second, upper, _mm512_srli_epi32(first, 16), 0xea);
  _mm512_store_si512(row, pairs);
}

// The parts of two rows go to the same row of as many tiles. What is left in the end is an exact part, or NaN
// where there are no parts.
template <std::int64_t parts>
HWY_INLINE __m512 split(__m512 first, __m512 second, std::byte* row, __m512 wild) {
  for (int part = 0; part + 1 < parts; ++part, row += tile_bytes) {
    const __m512i one = rounded(first), two = rounded(second);
    store_pairs(one, two, row);
    first = _mm512_sub_ps(first, upper_half(one));
    second = _mm512_sub_ps(second, upper_half(two));
  }
  store_pairs(bits(first), bits(second), row);
  if constexpr (parts == 1) return wild;
  const __m512 zero = _mm512_setzero_ps();
  return _mm512_fmadd_ps(second, zero, _mm512_fmadd_ps(first, zero, wild));
}

// 16 terms of 16 lines, a row for each line or for each term.
template <typename Element>
HWY_INLINE Square<Element> square_of(const LineMatrix<Element>& matrix, std::int64_t lines,
                                     std::int64_t terms, bool rows_are_lines) {
  if (rows_are_lines) return {matrix.data, matrix.line_stride, lines, terms};
  return {matrix.data, matrix.term_stride, terms, lines};
}

// One step of a panel. A tile's row holds the terms (0, 16), (1, 17) and so on, for a as for b: which ones
// stand together is free, and so nothing has to be shuffled. `whole` says that all of a panel's lines and of
// a step's terms are there; `turn`, that rows of tiles are columns in memory. Whether there are parts for
// all.
template <typename Element, bool whole, bool turn>
bool pack_step(const LineMatrix<Element>& matrix, std::int64_t lines, std::int64_t terms, bool rows_are_lines,
               std::byte* step) {
  constexpr std::int64_t parts = parts_of<Element>;
  alignas(64) float turned[2][256];
  __m512 wild = _mm512_setzero_ps();
  for (std::int64_t line = 0; line < panel_lines; line += tile_lines, step += parts * tile_bytes) {
    const auto first = square_of(matrix.at(line, 0), lines - line, terms, rows_are_lines != turn);
    const auto second = square_of(matrix.at(line, 16), lines - line, terms - 16, rows_are_lines != turn);
    if constexpr (turn) {
      transpose<whole>(first, turned[0]);
      transpose<whole>(second, turned[1]);
    }
    for (int i = 0; i < 16; ++i) {
      const __m512 one = turn ? _mm512_load_ps(turned[0] + 16 * i) : row_of<whole>(first, i);
      const __m512 two = turn ? _mm512_load_ps(turned[1] + 16 * i) : row_of<whole>(second, i);
      wild = split<parts>(one, two, step + 64 * i, wild);
    }
  }
  return _mm512_cmp_ps_mask(wild, wild, _CMP_UNORD_Q) == 0;
}

}  // namespace

template <typename Element>
void pack_panels(const LineMatrix<Element>& matrix, std::int64_t lines, std::int64_t terms,
                 TileOperand operand, const Panels& panels) {
  const std::int64_t count = (lines + panel_lines - 1) / panel_lines;
  const std::int64_t steps = (terms + tile_terms - 1) / tile_terms;
  std::fill_n(panels.tame, count, std::uint8_t{1});
  // In the order in which the numbers lie in memory.
  const bool by_lines = matrix.term_stride == 1, rows_are_lines = operand == TileOperand::a;
  const bool turn = by_lines != rows_are_lines;
  const auto pack_whole = turn ? &pack_step<Element, true, true> : &pack_step<Element, true, false>;
  const auto pack_part = turn ? &pack_step<Element, false, true> : &pack_step<Element, false, false>;
  for (std::int64_t i = 0; i < count * steps; ++i) {
    const std::int64_t panel = by_lines ? i / steps : i % count, step = by_lines ? i % steps : i / count;
    const std::int64_t line = panel * panel_lines, term = step * tile_terms;
    const bool whole = line + panel_lines <= lines && term + tile_terms <= terms;
    const bool tame =
        (whole ? pack_whole : pack_part)(matrix.at(line, term), lines - line, terms - term, rows_are_lines,
                                         panels.data + panel * panels.stride + panel_bytes<Element>(term));
    panels.tame[panel] &= static_cast<std::uint8_t>(tame);
  }
}

namespace {

constexpr int stride = 64;  // of a packed tile's rows

// The registers are named by number: 0 to 3 hold sums, 4 and 5 parts of a, 6 and 7 parts of b. Which of them
// are used depends on whether there are two tiles of rows, and of columns.
template <bool two_rows>
HWY_INLINE void load_a(const std::byte* tile, std::int64_t to_next) {
  _tile_loadd(4, tile, stride);
  if constexpr (two_rows) _tile_loadd(5, tile + to_next, stride);
}

template <bool two_columns>
HWY_INLINE void load_b(const std::byte* tile, std::int64_t to_next) {
  _tile_loadd(6, tile, stride);
  if constexpr (two_columns) _tile_loadd(7, tile + to_next, stride);
}

template <bool two_rows, bool two_columns>
HWY_INLINE void add_products() {
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (two_columns) _tile_dpbf16ps(1, 4, 7);
  if constexpr (two_rows) _tile_dpbf16ps(2, 5, 6);
  if constexpr (two_rows && two_columns) _tile_dpbf16ps(3, 5, 7);
}

HWY_INLINE void fetch_two_tiles(const std::byte* lines) {
  for (int line = 0; line < 32; ++line)
    _mm_prefetch(reinterpret_cast<const char*>(lines + 64 * line), _MM_HINT_T0);
}

// 32 terms. From each pair of parts to the next, one operand stays; meanwhile a sixth of what the next step
// reads is asked for.
template <bool two_rows, bool two_columns>
HWY_INLINE void add_split_step(const std::byte* a, const std::byte* b) {
  constexpr std::int64_t line_bytes = 3 * tile_bytes, step_bytes = 2 * line_bytes;
  const std::byte *next_a = a + step_bytes, *next_b = b + step_bytes;
  load_a<two_rows>(a, line_bytes);
  load_b<two_columns>(b + 2 * tile_bytes, line_bytes);
  add_products<two_rows, two_columns>();
  fetch_two_tiles(next_a);
  load_b<two_columns>(b + tile_bytes, line_bytes);
  add_products<two_rows, two_columns>();
  fetch_two_tiles(next_a + 2 * tile_bytes);
  load_a<two_rows>(a + tile_bytes, line_bytes);
  add_products<two_rows, two_columns>();
  fetch_two_tiles(next_a + 4 * tile_bytes);
  load_b<two_columns>(b, line_bytes);
  add_products<two_rows, two_columns>();
  fetch_two_tiles(next_b);
  load_a<two_rows>(a, line_bytes);
  add_products<two_rows, two_columns>();
  fetch_two_tiles(next_b + 2 * tile_bytes);
  load_a<two_rows>(a + 2 * tile_bytes, line_bytes);
  add_products<two_rows, two_columns>();
  fetch_two_tiles(next_b + 4 * tile_bytes);
}

template <bool two_rows, bool two_columns>
HWY_INLINE void add_step(const std::byte* a, const std::byte* b) {
  load_a<two_rows>(a, tile_bytes);
  load_b<two_columns>(b, tile_bytes);
  add_products<two_rows, two_columns>();
}

template <bool two_rows, bool two_columns>
HWY_INLINE void load_sums(const float* from, std::int64_t leading) {
  _tile_loadd(0, from, leading * 4);
  if constexpr (two_columns) _tile_loadd(1, from + 16, leading * 4);
  if constexpr (two_rows) _tile_loadd(2, from + 16 * leading, leading * 4);
  if constexpr (two_rows && two_columns) _tile_loadd(3, from + 16 * leading + 16, leading * 4);
}

template <bool two_rows, bool two_columns>
HWY_INLINE void store_sums(float* out, std::int64_t leading) {
  _tile_stored(0, out, leading * 4);
  if constexpr (two_columns) _tile_stored(1, out + 16, leading * 4);
  if constexpr (two_rows) _tile_stored(2, out + 16 * leading, leading * 4);
  if constexpr (two_rows && two_columns) _tile_stored(3, out + 16 * leading + 16, leading * 4);
}

// Asks for the step's share of the lines that will be written; `from`, where given, brings them near anyway.
HWY_INLINE void fetch_out(const PanelProduct& p, std::int64_t step, std::int64_t steps) {
  if (p.from) return;
  const std::int64_t end = panel_lines * (step + 1) / steps;
  for (std::int64_t row = panel_lines * step / steps; row < end; ++row) {
    __builtin_prefetch(p.out + row * p.leading, 1);
    __builtin_prefetch(p.out + row * p.leading + 16, 1);
  }
}

template <typename Element, bool two_rows, bool two_columns>
void multiply(const PanelProduct& p) {
  if (p.from) {
    load_sums<two_rows, two_columns>(p.from, p.leading);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  const std::int64_t steps = (p.terms + tile_terms - 1) / tile_terms;
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::int64_t at = panel_bytes<Element>(step * tile_terms);
    fetch_out(p, step, steps);
    if constexpr (parts_of<Element> == 3) {
      add_split_step<two_rows, two_columns>(p.a + at, p.b + at);
    } else {
      add_step<two_rows, two_columns>(p.a + at, p.b + at);
    }
  }
  store_sums<two_rows, two_columns>(p.out, p.leading);
}

// A block that does not fill its tiles is computed beside its place.
template <typename Element>
void multiply_narrow(const PanelProduct& p) {
  alignas(64) float sums[panel_lines * panel_lines];
  PanelProduct beside = p;
  beside.from = nullptr;
  beside.out = sums;
  beside.leading = panel_lines;
  if (p.rows <= tile_lines) {
    multiply<Element, false, true>(beside);
  } else if (p.columns <= tile_lines) {
    multiply<Element, true, false>(beside);
  } else {
    multiply<Element, true, true>(beside);
  }
  for (std::int64_t row = 0; row < p.rows; ++row) {
    float* out = p.out + row * p.leading;
    const float* from = p.from ? p.from + row * p.leading : nullptr;
    for (std::int64_t column = 0; column < p.columns; ++column) {
      const float sum = sums[row * panel_lines + column];
      out[column] = from ? from[column] + sum : sum;
    }
  }
}

}  // namespace

template <typename Element>
void multiply_panels(const PanelProduct& product) {
  asm volatile("" ::: "memory");  // the instructions below do not say what they read
  if (product.rows == panel_lines && product.columns == panel_lines)
    return multiply<Element, true, true>(product);
  multiply_narrow<Element>(product);
}

HWY_POP_ATTRIBUTES

}  // namespace heed::onednn

#else

namespace heed::onednn {

template <typename Element>
void pack_panels(const LineMatrix<Element>&, std::int64_t, std::int64_t, TileOperand, const Panels&) {
  throw InternalError("pack_panels: there are no tile registers");
}

template <typename Element>
void multiply_panels(const PanelProduct&) {
  throw InternalError("multiply_panels: there are no tile registers");
}

}  // namespace heed::onednn

#endif

namespace heed::onednn {

template void pack_panels(const LineMatrix<float>&, std::int64_t, std::int64_t, TileOperand, const Panels&);
template void pack_panels(const LineMatrix<Bf16>&, std::int64_t, std::int64_t, TileOperand, const Panels&);
template void multiply_panels<float>(const PanelProduct&);
template void multiply_panels<Bf16>(const PanelProduct&);

}  // namespace heed::onednn
