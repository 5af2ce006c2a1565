// Array: values on the host. What is fed to a graph, fetched from it, and stored in files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <heed/graph/dtype.h>
#include <heed/graph/shape.h>

namespace heed {

// A dense row-major block of elements of one type, with its shape. A value type: copies copy.
class Array {
 public:
  Array() = default;                       // f32 scalar 0
  Array(DType dtype, const Shape& shape);  // zeros

  // Throws ShapeError unless there is one value for each element of the shape.
  template <typename T>
  Array(const Shape& shape, std::span<const T> values) : Array(dtype_of<T>(), shape) {
    assign_bytes(std::as_bytes(values));
  }
  template <typename T>
  Array(const Shape& shape, const std::vector<T>& values) : Array(shape, std::span<const T>(values)) {}

  template <typename T>
  static Array scalar(T value) {
    return Array(Shape{}, std::span<const T>(&value, 1));
  }

  const TensorType& type() const { return type_; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  std::int64_t elements() const { return type_.shape.elements(); }

  std::span<std::byte> bytes() { return bytes_; }
  std::span<const std::byte> bytes() const { return bytes_; }

  // The elements as T. Throws Error when T is not the array's own element type.
  template <typename T>
  std::span<T> values() {
    require(dtype_of<T>());
    return {reinterpret_cast<T*>(bytes_.data()), static_cast<std::size_t>(elements())};
  }
  template <typename T>
  std::span<const T> values() const {
    require(dtype_of<T>());
    return {reinterpret_cast<const T*>(bytes_.data()), static_cast<std::size_t>(elements())};
  }

  // One element, of whatever type, as a double; and back, rounded to the array's type.
  double number(std::int64_t index) const;
  void set_number(std::int64_t index, double value);

  Array converted(DType dtype) const;

  friend bool operator==(const Array& a, const Array& b) = default;  // type and bytes

 private:
  void assign_bytes(std::span<const std::byte> bytes);
  void require(DType dtype) const;

  TensorType type_{DType::f32, {}};
  std::vector<std::byte> bytes_ = std::vector<std::byte>(4);
};

}  // namespace heed
