// Rows by index, and slices at a position known only when the kernel runs.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/gather.h>

namespace heed::onednn {

host::Kernel make_gather_rows(const GatherRows& op, const host::KernelRequest& request);
bool accepts_scatter_add(const Op& op, Types inputs, Types outputs);
host::Kernel make_scatter_add(const ScatterAdd& op, const host::KernelRequest& request);
host::Kernel make_slice_at(const SliceAt& op, const host::KernelRequest& request);
host::Kernel make_update_at(const UpdateAt& op, const host::KernelRequest& request);

}  // namespace heed::onednn
