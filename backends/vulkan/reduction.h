// Reductions of what a kernel computed in parts.
#pragma once

#include <heed/backends/vulkan/kernel.h>

namespace heed::vulkan {

// Adds up f32 parts [parts, width] to [width].
Dispatch sum_of_parts(Binding from, Binding to, std::int64_t width, std::int64_t parts,
                      const DeviceTraits& device);

}  // namespace heed::vulkan
