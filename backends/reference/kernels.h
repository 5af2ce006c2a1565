// The reference backend: plain loops, on every dtype it can, float64 included. The oracle of all others, and
// the template for a new one. Only primitives: composites run through their expansion.
#pragma once

#include <heed/backends/host/kernel_table.h>

namespace heed::reference {

const host::KernelTable& kernels();

}  // namespace heed::reference
