// The elementwise kernel: an interpreter that runs a ScalarProgram block by block.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/elementwise.h>

namespace heed::onednn {

bool accepts_elementwise(const Op& op, Types inputs, Types outputs);
host::Kernel make_elementwise(const Elementwise& op, const host::KernelRequest& request);

}  // namespace heed::onednn
