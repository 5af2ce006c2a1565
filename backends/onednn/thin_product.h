// ThinProduct: a product of few rows with a matrix that rarely changes, as in decoding. b is packed once;
// from then on a product reads it from beginning to end, and asks for what comes next while it computes.
#pragma once

#include <string>

#include <heed/backends/onednn/packed_product.h>
#include <heed/backends/thread_pool.h>

namespace heed::onednn {

class ThinProduct {
 public:
  static bool suits(const ProductSize& size, bool a_transposed);

  explicit ThinProduct(const ProductSize& size) : size_(size) {}

  std::int64_t packed_floats() const { return packed_columns_size(size_.columns, size_.inner); }
  void pack(ThreadPool& pool, const MatrixView& b, float* packed) const;

  // out = from + a b, with dense out and from; `from` may be out, or null for zeros. a is not transposed.
  void run(ThreadPool& pool, const MatrixView& a, const float* packed, const float* from, float* out) const;

 private:
  void run_strip(const MatrixView& a, const float* packed, const float* from, float* out,
                 std::int64_t column) const;

  ProductSize size_;
};

}  // namespace heed::onednn
