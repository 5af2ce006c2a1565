// Sums, maxima and minima over any axes, of tensors and of what an elementwise program makes of them.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/elementwise_reduce.h>

namespace heed::onednn {

bool accepts_reduce(const Op& op, Types inputs, Types outputs);
host::Kernel make_reduce(const Reduce& op, const host::KernelRequest& request);

// Only where rows are long.
bool accepts_elementwise_reduce(const Op& op, Types inputs, Types outputs);
host::Kernel make_elementwise_reduce(const ElementwiseReduce& op, const host::KernelRequest& request);

}  // namespace heed::onednn
