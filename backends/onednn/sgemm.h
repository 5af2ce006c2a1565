// Single-threaded matrix product by oneDNN on one piece of work. Knows no ops.
#pragma once

#include <cstdint>

namespace heed::onednn {

// From now on oneDNN's functions, called from this thread, form no team of threads.
void compute_alone();

// A matrix in memory: rows `leading` elements apart, read transposed or not.
template <typename Element>
struct MatrixOf {
  const Element* data;
  std::int64_t leading;
  bool transposed = false;
};
using MatrixView = MatrixOf<float>;

struct ProductSize {
  std::int64_t rows, columns, inner;
};

// c = alpha * a b + beta * c, all row-major. Empty products are handled here: oneDNN leaves them unwritten.
void sgemm(const ProductSize& size, float alpha, const MatrixView& a, const MatrixView& b, float beta,
           float* c, std::int64_t c_leading);

}  // namespace heed::onednn
