// Single elements of any type, and walking over the elements of a tensor with strides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <heed/backends/kernel_layout.h>

namespace heed::reference {

// A scalar of any type: floating-point ones in `real`, integers and booleans in `whole`.
struct Scalar {
  double real = 0;
  std::int64_t whole = 0;
};

Scalar load(DType dtype, const std::byte* data, std::int64_t index);
void store(DType dtype, std::byte* data, std::int64_t index, Scalar value);

double as_double(DType dtype, Scalar value);
Scalar from_double(DType dtype, double value);  // rounded to the type

// Visits all index tuples of a shape in row-major order, keeping one offset for each set of strides.
template <std::size_t Tensors>
class Walk {
 public:
  Walk(const Shape& shape, std::array<const Strides*, Tensors> strides) : shape_(shape), strides_(strides) {}

  const std::array<std::int64_t, Tensors>& offsets() const { return offsets_; }

  void next() {
    for (int axis = shape_.rank() - 1; axis >= 0; --axis) {
      const auto i = static_cast<std::size_t>(axis);
      ++index_[i];
      for (std::size_t t = 0; t < Tensors; ++t) offsets_[t] += (*strides_[t])[i];
      if (index_[i] < shape_[axis]) return;
      for (std::size_t t = 0; t < Tensors; ++t) offsets_[t] -= (*strides_[t])[i] * shape_[axis];
      index_[i] = 0;
    }
  }

 private:
  const Shape& shape_;
  std::array<const Strides*, Tensors> strides_;
  std::array<std::int64_t, max_rank> index_{};
  std::array<std::int64_t, Tensors> offsets_{};
};

}  // namespace heed::reference
