// Products of bf16 operands, summed in f32, by oneDNN's matmul primitive: the processor's bf16 instructions.
#pragma once

#include <optional>

#include <heed/backends/host/kernel.h>
#include <heed/ops/matmul.h>

namespace heed::onednn {

// Nothing where oneDNN cannot multiply bf16 on this processor.
std::optional<host::Kernel> make_narrow_product(const Matmul& op, const host::KernelRequest& request);

}  // namespace heed::onednn
