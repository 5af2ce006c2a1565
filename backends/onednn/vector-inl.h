// Vector helpers shared by the kernels, compiled once for each instruction set.
#if defined(HEED_BACKENDS_ONEDNN_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_BACKENDS_ONEDNN_VECTOR_INL_H
#undef HEED_BACKENDS_ONEDNN_VECTOR_INL_H
#else
#define HEED_BACKENDS_ONEDNN_VECTOR_INL_H
#endif

#include <cstddef>
#include <cstring>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Words = hn::ScalableTag<std::uint32_t>;

// The first `left` lanes of a vector from memory that may end there; the other lanes hold `fill`.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_part(D d, const T* from, std::size_t left, T fill = T{0}) {
  HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(hn::Set(d, fill), d, lanes);
  for (std::size_t i = 0; i < left; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
}

template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void store_part(hn::Vec<D> v, D d, T* to, std::size_t left) {
  HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(v, d, lanes);
  for (std::size_t i = 0; i < left; ++i) to[i] = lanes[i];
}

// One vector of a row of which `left` elements remain. The end of a row runs the same code as its middle.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load(D d, const T* from, std::size_t left, T fill = T{0}) {
  return HWY_LIKELY(left >= hn::Lanes(d)) ? hn::LoadU(d, from) : load_part(d, from, left, fill);
}

template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void store(hn::Vec<D> v, D d, T* to, std::size_t left) {
  if (HWY_LIKELY(left >= hn::Lanes(d))) {
    hn::StoreU(v, d, to);
  } else {
    store_part(v, d, to, left);
  }
}

// 2^n x for whole n between -150 and 150.
template <class D>
HWY_INLINE hn::Vec<D> times_power_of_two(D d, hn::Vec<D> x, hn::Vec<D> n) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  if constexpr (sizeof(x.raw) == 64) return hn::Vec<D>{_mm512_scalef_ps(x.raw, n.raw)};
#endif
  // In two steps: neither power leaves the range, and only the last rounds.
  const hn::RebindToSigned<D> whole;
  const auto exponent = hn::ConvertTo(whole, n);
  const auto half = hn::ShiftRight<1>(exponent);
  const auto power = [&](hn::Vec<decltype(whole)> e) HWY_ATTR {
    return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(e, hn::Set(whole, 127))));
  };
  return hn::Mul(hn::Mul(x, power(half)), power(hn::Sub(exponent, half)));
}

// e^x for every x: 0 at -inf, inf at inf and above the range, NaN at NaN. e^x = 2^n e^r with the polynomial
// of Moshier's Cephes for e^r.
template <class D>
HWY_INLINE hn::Vec<D> exp_of(D d, hn::Vec<D> x) {
  const auto within = hn::Min(hn::Max(x, hn::Set(d, -104.0f)), hn::Set(d, 104.0f));
  const auto n = hn::Round(hn::Mul(within, hn::Set(d, 1.44269504088896341f)));
  auto r = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), within);
  r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), r);
  auto p = hn::MulAdd(hn::Set(d, 1.9875691500e-4f), r, hn::Set(d, 1.3981999507e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1f));
  const auto power = hn::Add(hn::MulAdd(p, hn::Mul(r, r), r), hn::Set(d, 1.0f));
  return hn::IfThenElse(hn::IsNaN(x), x, times_power_of_two(d, power, n));
}

HWY_INLINE float sum_of(Floats d, hn::Vec<Floats> v) {
  return hn::GetLane(hn::SumOfLanes(d, v));
}

HWY_INLINE float largest_of(Floats d, hn::Vec<Floats> v) {
  return hn::GetLane(hn::MaxOfLanes(d, v));
}

// The largest element of a row; -inf for none. A NaN may be passed over.
HWY_INLINE float row_maximum(const float* x, std::size_t n) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  const float lowest = -HUGE_VALF;
  auto m0 = hn::Set(d, lowest);
  auto m1 = m0, m2 = m0, m3 = m0;
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    m0 = hn::Max(m0, hn::LoadU(d, x + i));
    m1 = hn::Max(m1, hn::LoadU(d, x + i + lanes));
    m2 = hn::Max(m2, hn::LoadU(d, x + i + 2 * lanes));
    m3 = hn::Max(m3, hn::LoadU(d, x + i + 3 * lanes));
  }
  for (; i < n; i += lanes) m0 = hn::Max(m0, load(d, x + i, n - i, lowest));
  return largest_of(d, hn::Max(hn::Max(m0, m1), hn::Max(m2, m3)));
}

HWY_INLINE float row_sum(const float* x, std::size_t n) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    s0 = hn::Add(s0, hn::LoadU(d, x + i));
    s1 = hn::Add(s1, hn::LoadU(d, x + i + lanes));
    s2 = hn::Add(s2, hn::LoadU(d, x + i + 2 * lanes));
    s3 = hn::Add(s3, hn::LoadU(d, x + i + 3 * lanes));
  }
  for (; i < n; i += lanes) s0 = hn::Add(s0, load(d, x + i, n - i));
  return sum_of(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)));
}

// The high and low halves of the 64-bit products of unsigned lanes.
struct WideProduct {
  hn::Vec<Words> high, low;
};

HWY_INLINE WideProduct multiply_wide(Words d, hn::Vec<Words> a, hn::Vec<Words> b) {
  const hn::Repartition<std::uint64_t, Words> wide;
  const auto second = [&](hn::Vec<Words> v)
                          HWY_ATTR { return hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, v))); };
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(second(a), second(b));
  return {hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even))),
          hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even))};
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
