// The kernels of the Vulkan backend.
#pragma once

#include <heed/backends/kernel_table.h>
#include <heed/backends/vulkan/kernel.h>

namespace heed::vulkan {

using KernelTable = heed::KernelTable<Kernel, KernelRequest>;
using KernelEntry = KernelTable::Entry;

}  // namespace heed::vulkan
