// TileProduct: a matrix product with f32 sums on AMX's tile registers, on all threads. b is packed once and
// shared, by the product itself or, where it rarely changes, beforehand; a is packed in blocks just before
// use. Each element is summed in the same order however the work is cut.
#pragma once

#include <heed/backends/onednn/sgemm.h>
#include <heed/backends/onednn/tile_panels.h>
#include <heed/backends/thread_pool.h>

namespace heed::onednn {

// Whether there are tile registers, and a product is large enough for packing to pay.
bool suits_tiles(const ProductSize& size);

template <typename Element>  // of a and b: float or Bf16
class TileProduct {
 public:
  TileProduct(const ProductSize& size, int threads);

  // Of b, packed.
  std::int64_t packed_bytes() const { return packed_bytes_; }
  void pack(ThreadPool& pool, const MatrixOf<Element>& b, std::byte* packed) const;

  std::int64_t scratch_bytes() const { return threads_ * worker_bytes_; }

  // out = from + a b, with dense out and from; `from` may be out, or null for zeros. `packed` is what pack()
  // made of b.
  void run(ThreadPool& pool, const MatrixOf<Element>& a, const MatrixOf<Element>& b, const std::byte* packed,
           const float* from, float* out, std::byte* scratch) const;

 private:
  struct Piece;
  void run_piece(const Piece& piece) const;
  void multiply(const Piece& piece, std::int64_t block, std::int64_t row_panel, std::int64_t column_panel,
                bool a_is_tame) const;
  std::int64_t panel_at(std::int64_t block, std::int64_t column_panel) const;

  ProductSize size_;
  int threads_;
  std::int64_t block_terms_, blocks_, row_panels_, column_panels_;
  std::int64_t row_pieces_, column_pieces_;
  std::int64_t packed_bytes_, worker_bytes_;
};

extern template class TileProduct<float>;
extern template class TileProduct<Bf16>;

}  // namespace heed::onednn
