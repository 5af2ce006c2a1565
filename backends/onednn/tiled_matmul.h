// The matrix product on tile registers, where there are any: of f32 operands, or wide of bf16 ones.
#pragma once

#include <optional>

#include <heed/backends/host/kernel.h>
#include <heed/ops/matmul.h>

namespace heed::onednn {

// Nothing where tiles do not suit the product.
std::optional<host::Kernel> make_tiled_matmul(const Matmul& op, const host::KernelRequest& request);

}  // namespace heed::onednn
