// The largest values of each row.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/topk.h>

namespace heed::onednn {

bool accepts_top_k(const Op& op, Types inputs, Types outputs);
host::Kernel make_top_k(const TopK& op, const host::KernelRequest& request);

}  // namespace heed::onednn
