// The loop that runs each scalar instruction over a block, and which is which. Integer division by zero
// gives 0.
#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/elementwise_steps.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/elementwise_functions-inl.h>
#include <heed/backends/onednn/elementwise_steps.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

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
