// The table of the Vulkan backend's kernels.
#pragma once

#include <heed/backends/vulkan/kernel_table.h>

namespace heed::vulkan {

const KernelTable& kernels();

// Whether the backend runs an op natively on these types: the same on all devices.
bool claims(const Op& op, Types inputs, Types outputs);

}  // namespace heed::vulkan
