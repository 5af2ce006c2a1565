// Products of a matrix with one vector, where sgemm does not pay.
#pragma once

#include <cstdint>

namespace heed::onednn {

// out[i] = scale * (row i of the matrix . x) + (adds ? out[i] : 0); rows are `leading` elements apart.
struct RowProducts {
  const float* matrix;
  std::int64_t leading;
  std::int64_t rows;
  std::int64_t columns;
  float scale = 1;
  bool adds = false;
};
void multiply_rows(const RowProducts& products, const float* x, float* out);

}  // namespace heed::onednn
