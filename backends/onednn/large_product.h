// LargeProduct: one large matrix product on all threads, by kernels of our own. b is packed once and shared;
// a is read where it lies, or packed in blocks where its rows are columns in memory. Against dnnl_sgemm on
// pieces of the result, which packs both operands anew for each piece, it keeps the units busy while operands
// come from far caches. Each element is summed in the same order however the work is cut.
#pragma once

#include <heed/backends/onednn/packed_product.h>
#include <heed/backends/thread_pool.h>

namespace heed::onednn {

class LargeProduct {
 public:
  // Whether a product is large enough for packing to pay.
  static bool suits(const ProductSize& size);

  LargeProduct(const ProductSize& size, bool a_transposed, int threads);

  std::int64_t scratch_floats() const { return shared_floats_ + threads_ * worker_floats_; }

  // out = from + a b, with dense out and from; `from` may be out, or null for zeros.
  void run(ThreadPool& pool, const MatrixView& a, const MatrixView& b, const float* from, float* out,
           float* scratch) const;

 private:
  void run_piece(const MatrixView& a, const float* packed, const float* from, float* out, float* rows_scratch,
                 std::int64_t piece) const;

  ProductSize size_;
  int threads_;
  std::int64_t padded_columns_;
  std::int64_t row_pieces_, column_pieces_;
  std::int64_t shared_floats_, worker_floats_;
};

}  // namespace heed::onednn
