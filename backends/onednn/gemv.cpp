#include <cmath>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/gemv.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/gemv.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

// Four rows at once share the loads of x; each row's sum runs in the same order in either loop.
void four_products(const float* rows, std::int64_t leading, const float* x, std::size_t n, float* sums) {
  const Floats d;
  auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const std::size_t left = n - i;
    const auto v = load(d, x + i, left);
    s0 = hn::MulAdd(v, load(d, rows + i, left), s0);
    s1 = hn::MulAdd(v, load(d, rows + leading + i, left), s1);
    s2 = hn::MulAdd(v, load(d, rows + 2 * leading + i, left), s2);
    s3 = hn::MulAdd(v, load(d, rows + 3 * leading + i, left), s3);
  }
  sums[0] = sum_of(d, s0);
  sums[1] = sum_of(d, s1);
  sums[2] = sum_of(d, s2);
  sums[3] = sum_of(d, s3);
}

float one_product(const float* row, const float* x, std::size_t n) {
  const Floats d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    sum = hn::MulAdd(load(d, x + i, n - i), load(d, row + i, n - i), sum);
  }
  return sum_of(d, sum);
}

}  // namespace

void multiply_rows_vector(const RowProducts& p, const float* x, float* out) {
  const auto n = static_cast<std::size_t>(p.columns);
  float sums[4];
  for (std::int64_t row = 0; row < p.rows; row += 4) {
    const float* rows = p.matrix + row * p.leading;
    const std::int64_t count = p.rows - row < 4 ? p.rows - row : 4;
    if (count == 4) {
      four_products(rows, p.leading, x, n, sums);
    } else {
      for (std::int64_t r = 0; r < count; ++r) sums[r] = one_product(rows + r * p.leading, x, n);
    }
    for (std::int64_t r = 0; r < count; ++r) {
      out[row + r] = sums[r] * p.scale + (p.adds ? out[row + r] : 0.0f);
    }
  }
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(multiply_rows_vector);

void multiply_rows(const RowProducts& products, const float* x, float* out) {
  HWY_DYNAMIC_DISPATCH(multiply_rows_vector)(products, x, out);
}

}  // namespace heed::onednn
#endif
