// Copies between operands, as a part of kernels.
#pragma once

#include <heed/backends/vulkan/kernel.h>

namespace heed::vulkan {

// One side of a copy: the operand, how its elements lie, and how many come before the first.
struct Side {
  Binding binding;
  Strides strides;
  std::int64_t start = 0;
  std::int64_t along = 0;  // stride of the axis that a position counts
};

struct Position {
  std::size_t input;  // an i32 scalar
  std::int64_t last;  // the largest that fits
};

// Copies the elements of a tensor of this type; with a position, one of the sides begins there.
Dispatch copy(const TensorType& type, Side from, Side to, const DeviceTraits& device,
              std::optional<Position> position = {});

}  // namespace heed::vulkan
