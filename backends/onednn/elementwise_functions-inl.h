// What each scalar instruction does to a vector of lanes. minimum and maximum give NaN when either operand is
// NaN; comparisons with NaN are false.
#if defined(HEED_BACKENDS_ONEDNN_ELEMENTWISE_FUNCTIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_BACKENDS_ONEDNN_ELEMENTWISE_FUNCTIONS_INL_H
#undef HEED_BACKENDS_ONEDNN_ELEMENTWISE_FUNCTIONS_INL_H
#else
#define HEED_BACKENDS_ONEDNN_ELEMENTWISE_FUNCTIONS_INL_H
#endif

#include <cmath>
#include <cstdint>

#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

using Integers = hn::ScalableTag<std::int32_t>;

template <typename T>
using Lanes = hn::Vec<hn::ScalableTag<T>>;

template <class V>
using TagOf = hn::DFromV<V>;

template <class M>
HWY_INLINE hn::Vec<Words> as_word(M mask) {
  const Words d;
  return hn::IfThenElseZero(hn::RebindMask(d, mask), hn::Set(d, 1u));
}

struct Copy {
  template <class V>
  HWY_INLINE V operator()(V a) const {
    return a;
  }
};
struct Add {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Add(a, b);
  }
};
struct Subtract {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Sub(a, b);
  }
};
struct Multiply {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Mul(a, b);
  }
};
struct Divide {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Div(a, b);
  }
};
struct Negate {  // flips the sign of zero, too
  HWY_INLINE Lanes<float> operator()(Lanes<float> a) const { return hn::Xor(a, hn::SignBit(Floats())); }
  template <class V>
  HWY_INLINE V operator()(V a) const {
    return hn::Sub(hn::Zero(TagOf<V>()), a);
  }
};
struct Absolute {
  template <class V>
  HWY_INLINE V operator()(V a) const {
    return hn::Abs(a);
  }
};
struct Minimum {
  HWY_INLINE Lanes<float> operator()(Lanes<float> a, Lanes<float> b) const {
    return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::IsNaN(b), b, hn::Min(a, b)));
  }
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Min(a, b);
  }
};
struct Maximum {
  HWY_INLINE Lanes<float> operator()(Lanes<float> a, Lanes<float> b) const {
    return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::IsNaN(b), b, hn::Max(a, b)));
  }
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Max(a, b);
  }
};
struct Equal {
  template <class V>
  HWY_INLINE hn::Vec<Words> operator()(V a, V b) const {
    return as_word(hn::Eq(a, b));
  }
};
struct Less {
  template <class V>
  HWY_INLINE hn::Vec<Words> operator()(V a, V b) const {
    return as_word(hn::Lt(a, b));
  }
};
struct LessEqual {
  HWY_INLINE hn::Vec<Words> operator()(Lanes<float> a, Lanes<float> b) const { return as_word(hn::Le(a, b)); }
  template <class V>
  HWY_INLINE hn::Vec<Words> operator()(V a, V b) const {
    return as_word(hn::Not(hn::Lt(b, a)));
  }
};
struct And {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::And(a, b);
  }
};
struct Or {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Or(a, b);
  }
};
struct ExclusiveOr {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Xor(a, b);
  }
};
struct Not {
  template <class V>
  HWY_INLINE V operator()(V a) const {
    return hn::Xor(a, hn::Set(TagOf<V>(), 1));
  }
};
// Shifts by 32 and more leave nothing (an arithmetic shift: the sign).
struct ShiftLeft {
  HWY_INLINE Lanes<std::uint32_t> operator()(Lanes<std::uint32_t> a, Lanes<std::uint32_t> by) const {
    const Words d;
    const auto limit = hn::Set(d, 31u);
    return hn::IfThenZeroElse(hn::Gt(by, limit), hn::Shl(a, hn::Min(by, limit)));
  }
};
struct ShiftRight {
  HWY_INLINE Lanes<std::uint32_t> operator()(Lanes<std::uint32_t> a, Lanes<std::uint32_t> by) const {
    const Words d;
    const auto limit = hn::Set(d, 31u);
    return hn::IfThenZeroElse(hn::Gt(by, limit), hn::Shr(a, hn::Min(by, limit)));
  }
  HWY_INLINE Lanes<std::int32_t> operator()(Lanes<std::int32_t> a, Lanes<std::int32_t> by) const {
    const Words d;
    const auto amount = hn::Min(hn::BitCast(d, by), hn::Set(d, 31u));
    return hn::Shr(a, hn::BitCast(Integers(), amount));
  }
};
struct MultiplyHigh {
  HWY_INLINE Lanes<std::uint32_t> operator()(Lanes<std::uint32_t> a, Lanes<std::uint32_t> b) const {
    return multiply_wide(Words(), a, b).high;
  }
};

struct Exp {
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const { return exp_of(Floats(), x); }
};
struct Log {
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const {
    const Floats d;
    const float inf = HUGE_VALF;
    auto result = hn::Log(d, x);
    result = hn::IfThenElse(hn::Eq(x, hn::Set(d, inf)), x, result);
    result = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Set(d, -inf), result);
    result = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::NaN(d), result);
    return hn::IfThenElse(hn::IsNaN(x), x, result);
  }
};
struct Tanh {
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const {
    const Floats d;
    const auto limit = hn::Set(d, 20.0f);  // beyond 10 it is 1 in any case
    const auto result = hn::Tanh(d, hn::Max(hn::Min(x, limit), hn::Neg(limit)));
    return hn::IfThenElse(hn::IsNaN(x), x, result);
  }
};
// Two minimax polynomials, each right to about one unit in the last place: near 0 for erf(x)/x - 1, beyond
// for log(1 - erf(x)).
struct Erf {
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const {
    const Floats d;
    const auto t = hn::Min(hn::Abs(x), hn::Set(d, 10.0f));
    const auto s = hn::Mul(t, t);
    auto near = hn::Set(d, -5.96761703e-4f);
    near = hn::MulAdd(near, s, hn::Set(d, 4.99119423e-3f));
    near = hn::MulAdd(near, s, hn::Set(d, -2.67681349e-2f));
    near = hn::MulAdd(near, s, hn::Set(d, 1.12819925e-1f));
    near = hn::MulAdd(near, s, hn::Set(d, -3.76125336e-1f));
    near = hn::MulAdd(near, s, hn::Set(d, 1.28379166e-1f));
    near = hn::MulAdd(near, x, x);
    auto far = hn::MulAdd(hn::Set(d, -1.72853470e-5f), t, hn::Set(d, 3.83197126e-4f));
    const auto mixed = hn::MulAdd(hn::Set(d, -3.88396438e-3f), t, hn::Set(d, 2.42546219e-2f));
    far = hn::MulAdd(far, s, mixed);
    far = hn::MulAdd(far, t, hn::Set(d, -1.06777877e-1f));
    far = hn::MulAdd(far, t, hn::Set(d, -6.34846687e-1f));
    far = hn::MulAdd(far, t, hn::Set(d, -1.28717512e-1f));
    far = hn::MulAdd(far, t, hn::Neg(t));
    far = hn::CopySignToAbs(hn::Sub(hn::Set(d, 1.0f), exp_of(d, far)), x);
    const auto result = hn::IfThenElse(hn::Gt(t, hn::Set(d, 0.927734375f)), far, near);
    return hn::IfThenElse(hn::IsNaN(x), x, result);
  }
};
struct SquareRoot {
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const { return hn::Sqrt(x); }
};
struct Floor {
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const { return hn::Floor(x); }
};
struct IsFinite {
  HWY_INLINE hn::Vec<Words> operator()(Lanes<float> x) const { return as_word(hn::IsFinite(x)); }
};

// The vector code reduces angles up to 39000; beyond, and for inf and NaN, lanes go to the C library.
template <class F>
HWY_INLINE Lanes<float> with_large_angles(Lanes<float> x, Lanes<float> result) {
  const Floats d;
  const auto small = hn::Le(hn::Abs(x), hn::Set(d, 30000.0f));
  if (HWY_LIKELY(hn::AllTrue(d, small))) return result;
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(x, d, lanes);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = F::scalar(lanes[i]);
  return hn::IfThenElse(small, result, hn::Load(d, lanes));
}
struct Sin {
  static float scalar(float x) { return std::sin(x); }
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const {
    const Floats d;
    const auto limit = hn::Set(d, 30000.0f);
    return with_large_angles<Sin>(x, hn::Sin(d, hn::Max(hn::Min(x, limit), hn::Neg(limit))));
  }
};
struct Cos {
  static float scalar(float x) { return std::cos(x); }
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const {
    const Floats d;
    const auto limit = hn::Set(d, 30000.0f);
    return with_large_angles<Cos>(x, hn::Cos(d, hn::Max(hn::Min(x, limit), hn::Neg(limit))));
  }
};

// Rounds to the nearest f32 that is a bf16, ties to even; a NaN stays one.
struct RoundToBFloat16 {
  HWY_INLINE Lanes<float> operator()(Lanes<float> x) const {
    const Floats d;
    const Words words;
    const auto bits = hn::BitCast(words, x);
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1u));
    const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(words, 0x7fffu)));
    const auto quiet = hn::Or(bits, hn::Set(words, 0x400000u));
    const auto kept = hn::IfThenElse(hn::RebindMask(words, hn::IsNaN(x)), quiet, rounded);
    return hn::BitCast(d, hn::And(kept, hn::Set(words, 0xffff0000u)));
  }
};
struct IntegerToFloat {
  HWY_INLINE Lanes<float> operator()(Lanes<std::int32_t> x) const { return hn::ConvertTo(Floats(), x); }
};
struct UnsignedToFloat {  // both halves are exact, so that only their sum rounds
  HWY_INLINE Lanes<float> operator()(Lanes<std::uint32_t> x) const {
    const Floats d;
    const Integers integers;
    const auto high = hn::ConvertTo(d, hn::BitCast(integers, hn::ShiftRight<16>(x)));
    const auto low = hn::ConvertTo(d, hn::BitCast(integers, hn::And(x, hn::Set(Words(), 0xffffu))));
    return hn::Add(hn::Mul(high, hn::Set(d, 65536.0f)), low);
  }
};
struct NotZero {
  template <class V>
  HWY_INLINE hn::Vec<Words> operator()(V a) const {
    return as_word(hn::Not(hn::Eq(a, hn::Zero(TagOf<V>()))));
  }
};

}  // namespace
}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
