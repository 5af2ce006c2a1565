// The vector code of each scalar instruction. minimum and maximum give NaN when either operand is NaN;
// comparisons with NaN are false; integer division by zero gives 0.
#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/elementwise_steps.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/elementwise_steps.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

using Integers = hn::ScalableTag<std::int32_t>;

template <typename T>
using Lanes = hn::Vec<hn::ScalableTag<T>>;

template <typename T>
HWY_INLINE Lanes<T> operand(const StepArguments& step, int k, std::size_t at, std::size_t left) {
  const T* from = static_cast<const T*>(step.in[k]) + at * step.advance[k];
  return load(hn::ScalableTag<T>(), from, step.advance[k] ? left : uniform_lanes);
}

template <class F, typename In, typename Out>
void unary(const StepArguments& step) {
  const hn::ScalableTag<Out> d;
  for (std::size_t i = 0; i < step.count; i += hn::Lanes(d)) {
    const std::size_t left = step.count - i;
    store(F()(operand<In>(step, 0, i, left)), d, static_cast<Out*>(step.out) + i, left);
  }
}

template <class F, typename In, typename Out>
void binary(const StepArguments& step) {
  const hn::ScalableTag<Out> d;
  for (std::size_t i = 0; i < step.count; i += hn::Lanes(d)) {
    const std::size_t left = step.count - i;
    store(F()(operand<In>(step, 0, i, left), operand<In>(step, 1, i, left)), d,
          static_cast<Out*>(step.out) + i, left);
  }
}

// For what has no vector instruction: one lane after the other.
template <class F, typename T>
void scalar_binary(const StepArguments& step) {
  const T* a = static_cast<const T*>(step.in[0]);
  const T* b = static_cast<const T*>(step.in[1]);
  T* out = static_cast<T*>(step.out);
  for (std::size_t i = 0; i < step.count; ++i) out[i] = F()(a[i * step.advance[0]], b[i * step.advance[1]]);
}

void choose(const StepArguments& step) {
  const Words d;
  for (std::size_t i = 0; i < step.count; i += hn::Lanes(d)) {
    const std::size_t left = step.count - i;
    const auto condition = hn::Ne(operand<std::uint32_t>(step, 0, i, left), hn::Zero(d));
    const auto result = hn::IfThenElse(condition, operand<std::uint32_t>(step, 1, i, left),
                                       operand<std::uint32_t>(step, 2, i, left));
    store(result, d, static_cast<std::uint32_t*>(step.out) + i, left);
  }
}

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

struct Power {
  float operator()(float a, float b) const { return std::pow(a, b); }
};
struct Quotient {
  template <typename T>
  T operator()(T a, T b) const {
    return b == 0 ? T{0} : static_cast<T>(std::int64_t{a} / std::int64_t{b});
  }
};
struct Remainder {
  template <typename T>
  T operator()(T a, T b) const {
    return b == 0 ? T{0} : static_cast<T>(std::int64_t{a} % std::int64_t{b});
  }
};
struct FloatRemainder {
  float operator()(float a, float b) const { return std::fmod(a, b); }
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
// Toward zero; what an integer cannot hold becomes its nearest value, and NaN 0.
template <typename T>
struct FloatToInteger {
  static T scalar(float x) {
    if (!(x == x)) return 0;
    const float low = static_cast<float>(std::numeric_limits<T>::min());
    const float above = -2.0f * static_cast<float>(std::numeric_limits<std::int32_t>::min());
    if (x <= low) return std::numeric_limits<T>::min();
    if (x >= (std::numeric_limits<T>::is_signed ? -low : above)) return std::numeric_limits<T>::max();
    return static_cast<T>(x);
  }
};
template <typename T>
void float_to_integer(const StepArguments& step) {
  const float* in = static_cast<const float*>(step.in[0]);
  for (std::size_t i = 0; i < step.count; ++i) {
    static_cast<T*>(step.out)[i] = FloatToInteger<T>::scalar(in[i * step.advance[0]]);
  }
}
struct NotZero {
  template <class V>
  HWY_INLINE hn::Vec<Words> operator()(V a) const {
    return as_word(hn::Not(hn::Eq(a, hn::Zero(TagOf<V>()))));
  }
};

Step find_float(ScalarOp op) {
  using T = float;
  using Truth = std::uint32_t;
  switch (op) {
    case ScalarOp::add:
      return binary<Add, T, T>;
    case ScalarOp::subtract:
      return binary<Subtract, T, T>;
    case ScalarOp::multiply:
      return binary<Multiply, T, T>;
    case ScalarOp::divide:
      return binary<Divide, T, T>;
    case ScalarOp::remainder:
      return scalar_binary<FloatRemainder, T>;
    case ScalarOp::negate:
      return unary<Negate, T, T>;
    case ScalarOp::absolute:
      return unary<Absolute, T, T>;
    case ScalarOp::minimum:
      return binary<Minimum, T, T>;
    case ScalarOp::maximum:
      return binary<Maximum, T, T>;
    case ScalarOp::equal:
      return binary<Equal, T, Truth>;
    case ScalarOp::less:
      return binary<Less, T, Truth>;
    case ScalarOp::less_equal:
      return binary<LessEqual, T, Truth>;
    case ScalarOp::exp:
      return unary<Exp, T, T>;
    case ScalarOp::log:
      return unary<Log, T, T>;
    case ScalarOp::tanh:
      return unary<Tanh, T, T>;
    case ScalarOp::erf:
      return unary<Erf, T, T>;
    case ScalarOp::sqrt:
      return unary<SquareRoot, T, T>;
    case ScalarOp::sin:
      return unary<Sin, T, T>;
    case ScalarOp::cos:
      return unary<Cos, T, T>;
    case ScalarOp::floor:
      return unary<Floor, T, T>;
    case ScalarOp::power:
      return scalar_binary<Power, T>;
    case ScalarOp::is_finite:
      return unary<IsFinite, T, Truth>;
    default:
      return nullptr;
  }
}

template <typename T>
Step find_integer(ScalarOp op) {
  using Truth = std::uint32_t;
  switch (op) {
    case ScalarOp::add:
      return binary<Add, Truth, Truth>;
    case ScalarOp::subtract:
      return binary<Subtract, Truth, Truth>;
    case ScalarOp::multiply:
      return binary<Multiply, Truth, Truth>;
    case ScalarOp::divide:
      return scalar_binary<Quotient, T>;
    case ScalarOp::remainder:
      return scalar_binary<Remainder, T>;
    case ScalarOp::negate:
      return unary<Negate, Truth, Truth>;
    case ScalarOp::absolute:
      return std::is_signed_v<T> ? unary<Absolute, std::int32_t, std::int32_t> : unary<Copy, Truth, Truth>;
    case ScalarOp::minimum:
      return binary<Minimum, T, T>;
    case ScalarOp::maximum:
      return binary<Maximum, T, T>;
    case ScalarOp::equal:
      return binary<Equal, Truth, Truth>;
    case ScalarOp::less:
      return binary<Less, T, Truth>;
    case ScalarOp::less_equal:
      return binary<LessEqual, T, Truth>;
    case ScalarOp::bit_and:
      return binary<And, Truth, Truth>;
    case ScalarOp::bit_xor:
      return binary<ExclusiveOr, Truth, Truth>;
    case ScalarOp::shift_left:
      return binary<ShiftLeft, Truth, Truth>;
    case ScalarOp::shift_right:
      return binary<ShiftRight, T, T>;
    case ScalarOp::multiply_high:
      return std::is_signed_v<T> ? nullptr : binary<MultiplyHigh, Truth, Truth>;
    default:
      return nullptr;
  }
}

Step find_boolean(ScalarOp op) {
  using T = std::uint32_t;
  switch (op) {
    case ScalarOp::multiply:
    case ScalarOp::minimum:
    case ScalarOp::logical_and:
    case ScalarOp::bit_and:
      return binary<And, T, T>;
    case ScalarOp::maximum:
    case ScalarOp::logical_or:
      return binary<Or, T, T>;
    case ScalarOp::bit_xor:
      return binary<ExclusiveOr, T, T>;
    case ScalarOp::logical_not:
      return unary<Not, T, T>;
    case ScalarOp::equal:
      return binary<Equal, T, T>;
    case ScalarOp::less:
      return binary<Less, T, T>;
    case ScalarOp::less_equal:
      return binary<LessEqual, T, T>;
    default:
      return nullptr;
  }
}

bool is_float_lane(DType dtype) {
  return dtype == DType::f32 || dtype == DType::bf16;
}

Step find_convert(DType from, DType to) {
  using Word = std::uint32_t;
  if (is_float_lane(from)) {
    if (to == DType::bf16 && from == DType::f32) return unary<RoundToBFloat16, float, float>;
    if (is_float_lane(to)) return unary<Copy, Word, Word>;
    if (to == DType::boolean) return unary<NotZero, float, Word>;
    return to == DType::i32 ? float_to_integer<std::int32_t> : float_to_integer<Word>;
  }
  if (is_float_lane(to)) {
    return from == DType::u32 ? unary<UnsignedToFloat, Word, float>
                              : unary<IntegerToFloat, std::int32_t, float>;
  }
  return to == DType::boolean ? unary<NotZero, Word, Word> : unary<Copy, Word, Word>;
}

}  // namespace

Step find_vector_step(ScalarOp op, DType operand, DType result) {
  if (op == ScalarOp::convert) return find_convert(operand, result);
  if (op == ScalarOp::select) return choose;
  if (is_float_lane(operand)) return find_float(op);
  if (operand == DType::boolean) return find_boolean(op);
  return operand == DType::i32 ? find_integer<std::int32_t>(op) : find_integer<std::uint32_t>(op);
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(find_vector_step);

namespace {

bool has_lanes(DType dtype) {
  return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::i32 || dtype == DType::u32 ||
         dtype == DType::boolean;
}

}  // namespace

Step find_step(ScalarOp op, DType operand, DType result) {
  if (!has_lanes(operand) || !has_lanes(result)) return nullptr;
  return HWY_DYNAMIC_DISPATCH(find_vector_step)(op, operand, result);
}

}  // namespace heed::onednn
#endif
