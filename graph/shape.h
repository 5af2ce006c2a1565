// Shapes: up to eight dimensions, row-major, sizes known when a graph is built. Knows nothing of data.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <heed/graph/dtype.h>

namespace heed {

inline constexpr int max_rank = 8;

// The size of each dimension. A scalar has rank 0 and one element; a size may be 0.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> sizes);
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const;  // a negative axis counts from the end
  std::int64_t elements() const;            // the product of all sizes
  std::span<const std::int64_t> sizes() const { return {sizes_.data(), static_cast<std::size_t>(rank_)}; }

  Shape with(int axis, std::int64_t size) const;  // the same shape with one size changed
  Shape without(int axis) const;                  // the same shape with one dimension removed
  Shape leading(int count) const;                 // the first `count` dimensions
  Shape appended(std::int64_t size) const;        // one more dimension at the end

  friend bool operator==(const Shape& a, const Shape& b) = default;

 private:
  std::array<std::int64_t, max_rank> sizes_{};
  std::int8_t rank_ = 0;
};

// Distances between neighbours along each axis, in elements. 0 repeats one element (broadcasting).
using Strides = std::vector<std::int64_t>;

Strides dense_strides(const Shape& shape);  // row-major without gaps

// `axis` counted from 0; throws ShapeError when it is outside [-rank, rank).
int normalize_axis(int axis, int rank);

// NumPy's rule: aligned at the last dimension, sizes must agree or one of them be 1. Throws ShapeError.
Shape broadcast(const Shape& a, const Shape& b);
bool broadcasts_to(const Shape& from, const Shape& to);

// Strides that read a tensor of shape `from` as if it were of shape `to`: 0 along axes that repeat.
Strides broadcast_strides(const Shape& from, const Strides& strides, const Shape& to);

std::string to_string(const Shape& shape);  // "[32, 7, 64]"

// What a tensor is before it has values.
struct TensorType {
  DType dtype = DType::f32;
  Shape shape;

  std::int64_t bytes() const { return shape.elements() * static_cast<std::int64_t>(size_of(dtype)); }
  friend bool operator==(const TensorType& a, const TensorType& b) = default;
};

std::string to_string(const TensorType& type);  // "f32[32, 7, 64]"

}  // namespace heed
