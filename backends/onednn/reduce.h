// Sums, maxima and minima over any axes.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/reduce.h>

namespace heed::onednn {

bool accepts_reduce(const Op& op, Types inputs, Types outputs);
host::Kernel make_reduce(const Reduce& op, const host::KernelRequest& request);

}  // namespace heed::onednn
