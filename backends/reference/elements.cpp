#include <cstring>

#include <heed/backends/reference/elements.h>

namespace heed::reference {

namespace {

template <typename T>
T read(const std::byte* data, std::int64_t index) {
  T value;
  std::memcpy(&value, data + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
  return value;
}

template <typename T>
void write(std::byte* data, std::int64_t index, T value) {
  std::memcpy(data + index * static_cast<std::int64_t>(sizeof(T)), &value, sizeof(T));
}

}  // namespace

Scalar load(DType dtype, const std::byte* data, std::int64_t index) {
  switch (dtype) {
    case DType::f64:
      return {read<double>(data, index), 0};
    case DType::f32:
      return {read<float>(data, index), 0};
    case DType::bf16:
      return {to_float(read<BFloat16>(data, index)), 0};
    case DType::f16:
      return {to_float(read<Float16>(data, index)), 0};
    case DType::i64:
      return {0, read<std::int64_t>(data, index)};
    case DType::i32:
      return {0, read<std::int32_t>(data, index)};
    case DType::u32:
      return {0, read<std::uint32_t>(data, index)};
    case DType::boolean:
      return {0, read<std::uint8_t>(data, index)};
  }
  return {};
}

void store(DType dtype, std::byte* data, std::int64_t index, Scalar value) {
  switch (dtype) {
    case DType::f64:
      return write(data, index, value.real);
    case DType::f32:
      return write(data, index, static_cast<float>(value.real));
    case DType::bf16:
      return write(data, index, to_bfloat16(static_cast<float>(value.real)));
    case DType::f16:
      return write(data, index, to_float16(static_cast<float>(value.real)));
    case DType::i64:
      return write(data, index, value.whole);
    case DType::i32:
      return write(data, index, static_cast<std::int32_t>(value.whole));
    case DType::u32:
      return write(data, index, static_cast<std::uint32_t>(value.whole));
    case DType::boolean:
      return write(data, index, static_cast<std::uint8_t>(value.whole != 0));
  }
}

double as_double(DType dtype, Scalar value) {
  return is_floating(dtype) ? value.real : static_cast<double>(value.whole);
}

Scalar from_double(DType dtype, double value) {
  switch (dtype) {
    case DType::f64:
      return {value, 0};
    case DType::f32:
      return {static_cast<float>(value), 0};
    case DType::bf16:
      return {to_float(to_bfloat16(static_cast<float>(value))), 0};
    case DType::f16:
      return {to_float(to_float16(static_cast<float>(value))), 0};
    case DType::i64:
      return {0, static_cast<std::int64_t>(value)};
    case DType::i32:
      return {0, static_cast<std::int32_t>(static_cast<std::int64_t>(value))};
    case DType::u32:
      return {0, static_cast<std::uint32_t>(static_cast<std::int64_t>(value))};
    case DType::boolean:
      return {0, value != 0 ? 1 : 0};
  }
  return {};
}

}  // namespace heed::reference
