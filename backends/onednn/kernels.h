// The CPU kernels of heed: matrix products by oneDNN, everything else in vector code of our own.
#pragma once

#include <heed/backends/host/kernel_table.h>

namespace heed::onednn {

// Every op this backend runs, and for which types.
const host::KernelTable& kernels();

}  // namespace heed::onednn
