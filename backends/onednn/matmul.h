// The matrix product: on tile registers where there are any and it is large enough; else of f32 operands by
// sgemm or by kernels of heed's own, and of bf16 operands by oneDNN.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/matmul.h>

namespace heed::onednn {

bool accepts_matmul(const Op& op, Types inputs, Types outputs);
host::Kernel make_matmul(const Matmul& op, const host::KernelRequest& request);

}  // namespace heed::onednn
