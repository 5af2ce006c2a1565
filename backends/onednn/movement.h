// Kernels that place elements without computing: pad, concatenate, reverse, iota.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reverse.h>

namespace heed::onednn {

host::Kernel make_pad(const Pad& op, const host::KernelRequest& request);
host::Kernel make_concatenate(const Concatenate& op, const host::KernelRequest& request);
host::Kernel make_reverse(const Reverse& op, const host::KernelRequest& request);
bool accepts_iota(const Op& op, Types inputs, Types outputs);
host::Kernel make_iota(const Iota& op, const host::KernelRequest& request);

}  // namespace heed::onednn
