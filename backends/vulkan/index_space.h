// IndexSpace: the indices of a shape with the strides of several tensors along them, axes joined where that
// changes nothing. What shaders walk over.
#pragma once

#include <cstdint>
#include <vector>

#include <heed/backends/vulkan/kernel.h>
#include <heed/graph/shape.h>

namespace heed::vulkan {

class IndexSpace {
 public:
  // Strides in elements, for each tensor one along each axis of the shape.
  IndexSpace(const Shape& shape, std::vector<Strides> strides);

  std::size_t rank() const { return sizes_.size(); }
  std::int64_t elements() const;
  std::int64_t size(std::size_t axis) const { return sizes_[axis]; }
  std::int64_t stride(std::size_t tensor, std::size_t axis) const { return strides_[tensor][axis]; }

  // Whether a tensor's elements follow one another, as if it had one axis.
  bool is_dense(std::size_t tensor) const;
  bool is_scalar(std::size_t tensor) const;  // one element for all indices

  // For strided() in common.glsl: the rank, then from the last axis to the first size and stride.
  void append(std::size_t tensor, std::vector<std::uint32_t>& parameters) const;

 private:
  std::vector<std::int64_t> sizes_;
  std::vector<std::vector<std::int64_t>> strides_;  // of each tensor
};

// Puts a tensor's sizes and strides behind a dispatch's parameters, and into parameter `at` where they begin,
// counted as shaders do: after the words of the bindings, which must all be there.
void place_space(Dispatch& dispatch, std::size_t at, const IndexSpace& space, std::size_t tensor);

// How many elements lie between a tensor's first and last one, both counted.
std::int64_t span_of(const Shape& shape, const Strides& strides);

}  // namespace heed::vulkan
