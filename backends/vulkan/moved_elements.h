// Names of the shaders that move elements: one for each size of an element.
#pragma once

#include <string>

#include <heed/graph/dtype.h>

namespace heed::vulkan {

inline std::string moved(const std::string& shader, DType dtype) {
  return shader + "_" + std::to_string(8 * size_of(dtype));
}

}  // namespace heed::vulkan
