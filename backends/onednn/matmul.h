// The matrix product, cut into pieces that each are one call of sgemm.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/matmul.h>

namespace heed::onednn {

host::Kernel make_matmul(const Matmul& op, const host::KernelRequest& request);

}  // namespace heed::onednn
