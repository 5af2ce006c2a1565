#include <algorithm>
#include <cstring>
#include <exception>

#include <fmt/format.h>

#include <heed/graph/array.h>
#include <heed/graph/error.h>

namespace heed {

namespace {

std::vector<std::byte> zeros_for(const TensorType& type) {
  try {
    return std::vector<std::byte>(static_cast<std::size_t>(type.bytes()));
  } catch (const std::exception&) {  // bad_alloc, or length_error where no vector is as long
    throw Error(fmt::format("array: the host has no {:.1f} GiB of memory for {}",
                            static_cast<double>(type.bytes()) / (1 << 30), to_string(type)));
  }
}

}  // namespace

Array::Array(DType dtype, const Shape& shape) : type_{dtype, shape}, bytes_(zeros_for(type_)) {}

void Array::assign_bytes(std::span<const std::byte> bytes) {
  if (bytes.size() != bytes_.size()) {
    throw ShapeError(fmt::format("{} holds {} elements, but {} values were given", to_string(type_),
                                 elements(), bytes.size() / size_of(type_.dtype)));
  }
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

void Array::require(DType dtype) const {
  if (dtype == type_.dtype) return;
  throw Error(fmt::format("an array of {} was read as {}", to_string(type_), name_of(dtype)));
}

namespace {

template <typename T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

template <typename T>
void store(std::byte* bytes, T value) {
  std::memcpy(bytes, &value, sizeof value);
}

}  // namespace

double Array::number(std::int64_t index) const {
  const std::byte* at = bytes_.data() + static_cast<std::size_t>(index) * size_of(type_.dtype);
  switch (type_.dtype) {
    case DType::f64:
      return load<double>(at);
    case DType::f32:
      return load<float>(at);
    case DType::bf16:
      return to_float(load<BFloat16>(at));
    case DType::f16:
      return to_float(load<Float16>(at));
    case DType::i64:
      return static_cast<double>(load<std::int64_t>(at));
    case DType::i32:
      return load<std::int32_t>(at);
    case DType::u32:
      return load<std::uint32_t>(at);
    case DType::boolean:
      return load<bool>(at) ? 1 : 0;
  }
  return 0;
}

void Array::set_number(std::int64_t index, double value) {
  std::byte* at = bytes_.data() + static_cast<std::size_t>(index) * size_of(type_.dtype);
  switch (type_.dtype) {
    case DType::f64:
      return store(at, value);
    case DType::f32:
      return store(at, static_cast<float>(value));
    case DType::bf16:
      return store(at, to_bfloat16(static_cast<float>(value)));
    case DType::f16:
      return store(at, to_float16(static_cast<float>(value)));
    case DType::i64:
      return store(at, static_cast<std::int64_t>(value));
    case DType::i32:
      return store(at, static_cast<std::int32_t>(value));
    case DType::u32:
      return store(at, static_cast<std::uint32_t>(value));
    case DType::boolean:
      return store(at, value != 0);
  }
}

Array Array::converted(DType dtype) const {
  Array result(dtype, type_.shape);
  for (std::int64_t i = 0; i < elements(); ++i) result.set_number(i, number(i));
  return result;
}

}  // namespace heed
