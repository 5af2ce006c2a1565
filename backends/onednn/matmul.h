// The matrix product: each of f32 operands by sgemm or by tiles of heed's own, each of bf16 operands by
// oneDNN.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/matmul.h>

namespace heed::onednn {

bool accepts_matmul(const Op& op, Types inputs, Types outputs);
host::Kernel make_matmul(const Matmul& op, const host::KernelRequest& request);

}  // namespace heed::onednn
