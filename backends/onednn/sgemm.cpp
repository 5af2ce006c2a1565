#include <algorithm>

#include <oneapi/dnnl/dnnl.h>

#include <heed/backends/onednn/sgemm.h>
#include <heed/graph/error.h>

// From libgomp, whichever compiler builds this: its header would belong to another runtime under Clang.
extern "C" void omp_set_num_threads(int threads);

namespace heed::onednn {

namespace {

void scale_rows(const ProductSize& size, float beta, float* c, std::int64_t c_leading) {
  if (beta == 1) return;
  for (std::int64_t row = 0; row < size.rows; ++row) {
    float* begin = c + row * c_leading;
    if (beta == 0) {
      std::fill_n(begin, size.columns, 0.0f);
    } else {
      for (std::int64_t i = 0; i < size.columns; ++i) begin[i] *= beta;
    }
  }
}

}  // namespace

// The setting is each thread's own. Without it oneDNN would form a team inside every worker of the pool.
void compute_alone() {
  thread_local const bool told = (omp_set_num_threads(1), true);
  static_cast<void>(told);
}

void sgemm(const ProductSize& size, float alpha, const MatrixView& a, const MatrixView& b, float beta,
           float* c, std::int64_t c_leading) {
  if (size.rows == 0 || size.columns == 0) return;
  if (size.inner == 0) return scale_rows(size, beta, c, c_leading);
  compute_alone();
  const dnnl_status_t status =
      dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', size.rows, size.columns, size.inner,
                 alpha, a.data, a.leading, b.data, b.leading, beta, c, c_leading);
  if (status != dnnl_success) throw InternalError("sgemm: oneDNN refused a product");
}

}  // namespace heed::onednn
