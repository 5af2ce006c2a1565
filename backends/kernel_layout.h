// What a backend is told of a tensor when it prepares a kernel: its type and how it lies in storage.
#pragma once

#include <heed/graph/shape.h>

namespace heed {

struct TensorLayout {
  TensorType type;
  Strides strides;  // in elements; 0 where an axis repeats

  bool is_dense() const {
    std::int64_t step = 1;
    for (int axis = type.shape.rank() - 1; axis >= 0; --axis) {
      const std::int64_t size = type.shape[axis];
      if (size != 1 && strides[static_cast<std::size_t>(axis)] != step) return type.shape.elements() == 0;
      step *= size;
    }
    return true;
  }
};

}  // namespace heed
