// Rows of exponentials and their sums, for softmax and what is built on it.
#if defined(HEED_BACKENDS_ONEDNN_EXPONENTIALS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_BACKENDS_ONEDNN_EXPONENTIALS_INL_H
#undef HEED_BACKENDS_ONEDNN_EXPONENTIALS_INL_H
#else
#define HEED_BACKENDS_ONEDNN_EXPONENTIALS_INL_H
#endif

#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {

// out[i] = exp(scale * x[i] - shift), and their sum. `out` may be x, or null when only the sum is wanted.
HWY_INLINE float exp_row(const float* x, std::size_t n, float scale, float shift, float* out) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  const auto factor = hn::Set(d, scale);
  const auto less = hn::Set(d, shift);
  auto even = hn::Zero(d), odd = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const auto a = exp_of(d, hn::Sub(hn::Mul(hn::LoadU(d, x + i), factor), less));
    const auto b = exp_of(d, hn::Sub(hn::Mul(hn::LoadU(d, x + i + lanes), factor), less));
    even = hn::Add(even, a);
    odd = hn::Add(odd, b);
    if (!out) continue;
    hn::StoreU(a, d, out + i);
    hn::StoreU(b, d, out + i + lanes);
  }
  for (; i < n; i += lanes) {
    const std::size_t left = n - i;
    const auto a = exp_of(d, hn::Sub(hn::Mul(load(d, x + i, left), factor), less));
    even = hn::Add(even, left >= lanes ? a : hn::IfThenElseZero(hn::FirstN(d, left), a));
    if (out) store(a, d, out + i, left);
  }
  return sum_of(d, hn::Add(even, odd));
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
