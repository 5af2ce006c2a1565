// Softmax along the last axis.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/softmax.h>

namespace heed::onednn {

bool accepts_softmax(const Op& op, Types inputs, Types outputs);
host::Kernel make_softmax(const Softmax& op, const host::KernelRequest& request);

}  // namespace heed::onednn
