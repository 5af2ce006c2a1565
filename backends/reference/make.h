// The kernel makers of the reference backend, one for each primitive.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/reverse.h>
#include <heed/ops/topk.h>

namespace heed::reference {

using host::Kernel;
using host::KernelCall;
using host::KernelRequest;

Kernel make_elementwise(const Elementwise& op, const KernelRequest& request);
Kernel make_reduce(const Reduce& op, const KernelRequest& request);
Kernel make_matmul(const Matmul& op, const KernelRequest& request);
Kernel make_pad(const Pad& op, const KernelRequest& request);
Kernel make_concatenate(const Concatenate& op, const KernelRequest& request);
Kernel make_reverse(const Reverse& op, const KernelRequest& request);
Kernel make_gather_rows(const GatherRows& op, const KernelRequest& request);
Kernel make_scatter_add(const ScatterAdd& op, const KernelRequest& request);
Kernel make_slice_at(const SliceAt& op, const KernelRequest& request);
Kernel make_update_at(const UpdateAt& op, const KernelRequest& request);
Kernel make_top_k(const TopK& op, const KernelRequest& request);
Kernel make_iota(const Iota& op, const KernelRequest& request);
Kernel make_random_bits(const RandomBits& op, const KernelRequest& request);

}  // namespace heed::reference
