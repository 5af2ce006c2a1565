// The kernels of a CPU backend.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/backends/kernel_table.h>

namespace heed::host {

using KernelTable = heed::KernelTable<Kernel, KernelRequest>;
using KernelEntry = KernelTable::Entry;

}  // namespace heed::host
