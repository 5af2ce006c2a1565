// Operands of products as AMX reads them: panels of 32 rows of a or columns of b ("lines"), cut into tiles of
// bfloat16 numbers. A bfloat16 operand is only put in order. An f32 number becomes the sum of three of them,
// which is exact: 24 bits of precision are three times 8. A product of two such numbers is then the sum of
// six products of parts; the three left out are together below 2^-26 of it, less than one rounding of f32.
// Sums stay f32. The scheme is that of Henry, Tang and Heinecke 2019, "Leveraging the bfloat16 Artificial
// Intelligence Datatype For Higher-Precision Computations".
#pragma once

#include <cstddef>
#include <cstdint>

namespace heed::onednn {

constexpr std::int64_t tile_lines = 16;
constexpr std::int64_t tile_terms = 32;
constexpr std::int64_t panel_lines = 2 * tile_lines;
constexpr std::int64_t tile_bytes = 1024;

struct Bf16 {
  std::uint16_t bits;
};

// Tiles for each tile's worth of an operand's elements.
template <typename Element>
constexpr std::int64_t parts_of = 1;
template <>
inline constexpr std::int64_t parts_of<float> = 3;

// Bytes of a panel with so many terms.
template <typename Element>
constexpr std::int64_t panel_bytes(std::int64_t terms) {
  return (terms + tile_terms - 1) / tile_terms * (2 * parts_of<Element> * tile_bytes);
}

// A matrix whose element (line, term) lies at data[line * line_stride + term * term_stride]; one is 1.
template <typename Element>
struct LineMatrix {
  const Element* data;
  std::int64_t line_stride, term_stride;

  LineMatrix at(std::int64_t line, std::int64_t term) const {
    return {data + line * line_stride + term * term_stride, line_stride, term_stride};
  }
};

enum class TileOperand { a, b };

// Packed panels, `stride` bytes apart, and of each whether three parts can stand for all of its numbers:
// those that are not finite, or within 2^-8 of the largest, have none. Numbers below 2^-110 lose their last
// parts.
struct Panels {
  std::byte* data;
  std::int64_t stride;
  std::uint8_t* tame;
};

// may_use_tiles() must hold, here and below. Defined for float and Bf16.
template <typename Element>
void pack_panels(const LineMatrix<Element>& matrix, std::int64_t lines, std::int64_t terms,
                 TileOperand operand, const Panels& panels);

// A block of a product: out = from + a b, where `from` may be out, or null for zeros. `rows` and `columns`
// are at most 32. TileRegisters must live.
struct PanelProduct {
  std::int64_t rows, columns, terms;
  const std::byte *a, *b;
  const float* from;
  float* out;
  std::int64_t leading;  // of from and out
};
template <typename Element>
void multiply_panels(const PanelProduct& product);

}  // namespace heed::onednn
