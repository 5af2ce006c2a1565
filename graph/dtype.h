// Element types of tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace heed {

enum class DType : std::uint8_t { f64, f32, bf16, f16, i64, i32, u32, boolean };

std::string_view name_of(DType dtype);
std::size_t size_of(DType dtype);  // in bytes

constexpr bool is_floating(DType dtype) {
  return dtype == DType::f64 || dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16;
}

// The C++ type that holds one element on the host. bfloat16 and float16 travel as their bits.
struct BFloat16 {
  std::uint16_t bits;
};
struct Float16 {
  std::uint16_t bits;
};

template <typename T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<double>() {
  return DType::f64;
}
template <>
constexpr DType dtype_of<float>() {
  return DType::f32;
}
template <>
constexpr DType dtype_of<BFloat16>() {
  return DType::bf16;
}
template <>
constexpr DType dtype_of<Float16>() {
  return DType::f16;
}
template <>
constexpr DType dtype_of<std::int64_t>() {
  return DType::i64;
}
template <>
constexpr DType dtype_of<std::int32_t>() {
  return DType::i32;
}
template <>
constexpr DType dtype_of<std::uint32_t>() {
  return DType::u32;
}
template <>
constexpr DType dtype_of<bool>() {
  return DType::boolean;
}

float to_float(BFloat16 value);
float to_float(Float16 value);
BFloat16 to_bfloat16(float value);  // round to nearest, ties to even
Float16 to_float16(float value);    // round to nearest, ties to even

}  // namespace heed
