#include <algorithm>
#include <type_traits>

#include <heed/backends/memory.h>
#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/instruction_set.h>
#include <heed/backends/onednn/tile_product.h>
#include <heed/backends/onednn/tile_registers.h>

namespace heed::onednn {

namespace {

// As much of a as fits into half of a core's second cache beside a panel of b: so many terms, so many panels.
constexpr std::int64_t most_terms = 512;
constexpr std::int64_t most_row_panels = 8;

// Panels of b that a panel of a meets in turn: rows of the result are then written line after line.
constexpr std::int64_t panels_at_once = 4;

template <typename Element>
LineMatrix<Element> rows_of(const MatrixOf<Element>& a) {
  if (a.transposed) return {a.data, 1, a.leading};
  return {a.data, a.leading, 1};
}

template <typename Element>
LineMatrix<Element> columns_of(const MatrixOf<Element>& b) {
  if (b.transposed) return {b.data, b.leading, 1};
  return {b.data, 1, b.leading};
}

MatrixView part_of(const MatrixView& m, std::int64_t row, std::int64_t column) {
  const std::int64_t at = m.transposed ? column * m.leading + row : row * m.leading + column;
  return {m.data + at, m.leading, m.transposed};
}

// Of numbers that have no parts.
void multiply_whole(const PanelProduct& p, const MatrixView& a, const MatrixView& b) {
  if (p.from && p.from != p.out) {
    for (std::int64_t row = 0; row < p.rows; ++row)
      std::copy_n(p.from + row * p.leading, p.columns, p.out + row * p.leading);
  }
  sgemm({p.rows, p.columns, p.terms}, 1, a, b, p.from ? 1.0f : 0.0f, p.out, p.leading);
}

}  // namespace

bool suits_tiles(const ProductSize& size) {
  return size.rows >= 16 && size.columns >= 64 && size.inner >= 64 && may_use_tiles();
}

template <typename Element>
TileProduct<Element>::TileProduct(const ProductSize& size, int threads)
    : size_(size),
      threads_(threads),
      row_panels_(ceil_div(size.rows, panel_lines)),
      column_panels_(ceil_div(size.columns, panel_lines)) {
  blocks_ = ceil_div(size.inner, most_terms);
  block_terms_ = ceil_div(ceil_div(size.inner, blocks_), tile_terms) * tile_terms;
  blocks_ = ceil_div(size.inner, block_terms_);
  // As many pieces for each thread, so that all end together. Where rows are too few for that, columns are
  // cut, and a is packed for each cut.
  const std::int64_t fewest = ceil_div(row_panels_, most_row_panels);
  row_pieces_ = ceil_div(fewest, threads) * threads;
  column_pieces_ = 1;
  const bool uneven = row_panels_ % row_pieces_ != 0 && row_panels_ < 6 * row_pieces_;
  const bool thin = fewest == 1 && size.rows < size.columns;  // most of what is read is b
  if (uneven || thin) {
    row_pieces_ = fewest;
    column_pieces_ = std::min<std::int64_t>(threads, column_panels_);
  }
  packed_bytes_ = blocks_ * column_panels_ * (panel_bytes<Element>(block_terms_) + 1);
  worker_bytes_ = align_up(most_row_panels * panel_bytes<Element>(block_terms_));
}

// A block's panels lie side by side. Behind all of them stands a byte for each: whether it is tame.
template <typename Element>
std::int64_t TileProduct<Element>::panel_at(std::int64_t block, std::int64_t column_panel) const {
  return (block * column_panels_ + column_panel) * panel_bytes<Element>(block_terms_);
}

template <typename Element>
void TileProduct<Element>::pack(ThreadPool& pool, const MatrixOf<Element>& b, std::byte* packed) const {
  constexpr std::int64_t panels_a_piece = 8;
  auto* const tame = reinterpret_cast<std::uint8_t*>(packed + panel_at(blocks_, 0));
  const std::int64_t groups = ceil_div(column_panels_, panels_a_piece);
  pool.run(blocks_ * groups, [&](std::int64_t piece, int) {
    const std::int64_t block = piece / groups, panel = piece % groups * panels_a_piece;
    const std::int64_t term = block * block_terms_, column = panel * panel_lines;
    pack_panels(columns_of(b).at(column, term),
                std::min(panels_a_piece * panel_lines, size_.columns - column),
                std::min(block_terms_, size_.inner - term), TileOperand::b,
                {packed + panel_at(block, panel), panel_bytes<Element>(block_terms_),
                 tame + block * column_panels_ + panel});
  });
}

template <typename Element>
struct TileProduct<Element>::Piece {
  const MatrixOf<Element>&a, &b;
  const std::byte* packed;
  const float* from;
  float* out;
  std::byte* rows;  // the worker's block of a, packed
  std::int64_t first_row_panel, end_row_panel, first_column_panel, end_column_panel;
};

template <typename Element>
void TileProduct<Element>::run(ThreadPool& pool, const MatrixOf<Element>& a, const MatrixOf<Element>& b,
                               const std::byte* packed, const float* from, float* out,
                               std::byte* scratch) const {
  pool.run(row_pieces_ * column_pieces_, [&](std::int64_t index, int worker) {
    const std::int64_t row = index / column_pieces_, column = index % column_pieces_;
    run_piece({a, b, packed, from, out, scratch + worker * worker_bytes_, row_panels_ * row / row_pieces_,
               row_panels_ * (row + 1) / row_pieces_, column_panels_ * column / column_pieces_,
               column_panels_ * (column + 1) / column_pieces_});
  });
}

template <typename Element>
void TileProduct<Element>::run_piece(const Piece& piece) const {
  const TileRegisters registers;
  for (std::int64_t block = 0; block < blocks_; ++block) {
    const std::int64_t term = block * block_terms_, terms = std::min(block_terms_, size_.inner - term);
    const std::int64_t row = piece.first_row_panel * panel_lines;
    const std::int64_t end = std::min(piece.end_row_panel * panel_lines, size_.rows);
    std::uint8_t tame[most_row_panels];
    pack_panels(rows_of(piece.a).at(row, term), end - row, terms, TileOperand::a,
                {piece.rows, panel_bytes<Element>(terms), tame});
    for (std::int64_t j = piece.first_column_panel; j < piece.end_column_panel; j += panels_at_once) {
      const std::int64_t end_panel = std::min(j + panels_at_once, piece.end_column_panel);
      for (std::int64_t i = piece.first_row_panel; i < piece.end_row_panel; ++i) {
        for (std::int64_t panel = j; panel < end_panel; ++panel)
          multiply(piece, block, i, panel, tame[i - piece.first_row_panel] != 0);
      }
    }
  }
}

template <typename Element>
void TileProduct<Element>::multiply(const Piece& piece, std::int64_t block, std::int64_t row_panel,
                                    std::int64_t column_panel, [[maybe_unused]] bool a_is_tame) const {
  const std::int64_t term = block * block_terms_, terms = std::min(block_terms_, size_.inner - term);
  const std::int64_t row = row_panel * panel_lines, column = column_panel * panel_lines;
  const std::int64_t place = row * size_.columns + column;
  const float* const from = block > 0 ? piece.out : piece.from;
  const PanelProduct product{
      .rows = std::min(panel_lines, size_.rows - row),
      .columns = std::min(panel_lines, size_.columns - column),
      .terms = terms,
      .a = piece.rows + (row_panel - piece.first_row_panel) * panel_bytes<Element>(terms),
      .b = piece.packed + panel_at(block, column_panel),
      .from = from ? from + place : nullptr,
      .out = piece.out + place,
      .leading = size_.columns};
  if constexpr (std::is_same_v<Element, float>) {
    const std::byte* const b_is_tame = piece.packed + panel_at(blocks_, 0);
    if (!a_is_tame || b_is_tame[block * column_panels_ + column_panel] == std::byte{0})
      return multiply_whole(product, part_of(piece.a, row, term), part_of(piece.b, term, column));
  }
  multiply_panels<Element>(product);
}

template class TileProduct<float>;
template class TileProduct<Bf16>;

}  // namespace heed::onednn
