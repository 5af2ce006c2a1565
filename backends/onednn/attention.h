// Attention and its gradient, head by head.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/attention.h>
#include <heed/ops/cached_attention.h>

namespace heed::onednn {

// Biases and dropout of the weights are left to the expansion.
bool accepts_attention(const Op& op, Types inputs, Types outputs);
bool accepts_attention_grad(const Op& op, Types inputs, Types outputs);
host::Kernel make_attention(const Attention& op, const host::KernelRequest& request);
host::Kernel make_attention_grad(const AttentionGrad& op, const host::KernelRequest& request);

bool accepts_cached_attention(const Op& op, Types inputs, Types outputs);
host::Kernel make_cached_attention(const CachedAttention& op, const host::KernelRequest& request);

}  // namespace heed::onednn
