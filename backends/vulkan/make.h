// The kernels of the Vulkan backend: each makes its dispatches from an op, the types and layouts.
#pragma once

#include <heed/backends/vulkan/kernel.h>
#include <heed/ops/attention.h>
#include <heed/ops/cached_attention.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/elementwise_reduce.h>
#include <heed/ops/gather.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/matmul.h>
#include <heed/ops/matmul_elementwise.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/reverse.h>
#include <heed/ops/softmax.h>
#include <heed/ops/topk.h>

namespace heed::vulkan {

Kernel make_elementwise(const Elementwise& op, const KernelRequest& request);
Kernel make_matmul(const Matmul& op, const KernelRequest& request);
Kernel make_matmul_elementwise(const MatmulElementwise& op, const KernelRequest& request);
Kernel make_reduce(const Reduce& op, const KernelRequest& request);
Kernel make_elementwise_reduce(const ElementwiseReduce& op, const KernelRequest& request);
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

// Composites that run natively:
Kernel make_softmax(const Softmax& op, const KernelRequest& request);
Kernel make_layer_norm(const LayerNorm& op, const KernelRequest& request);
Kernel make_layer_norm_grad(const LayerNormGrad& op, const KernelRequest& request);
Kernel make_cross_entropy(const CrossEntropy& op, const KernelRequest& request);
Kernel make_cross_entropy_grad(const CrossEntropyGrad& op, const KernelRequest& request);
Kernel make_attention(const Attention& op, const KernelRequest& request);
Kernel make_attention_grad(const AttentionGrad& op, const KernelRequest& request);
Kernel make_cached_attention(const CachedAttention& op, const KernelRequest& request);
Kernel make_dropout(const Dropout& op, const KernelRequest& request);

bool accepts_elementwise(const Op& op, Types inputs, Types outputs);
bool accepts_elementwise_reduce(const Op& op, Types inputs, Types outputs);
bool accepts_softmax(const Op& op, Types inputs, Types outputs);
bool accepts_attention(const Op& op, Types inputs, Types outputs);
bool accepts_attention_grad(const Op& op, Types inputs, Types outputs);
bool accepts_cached_attention(const Op& op, Types inputs, Types outputs);
bool accepts_matmul_elementwise(const Op& op, Types inputs, Types outputs);
bool accepts_matmul(const Op& op, Types inputs, Types outputs);

}  // namespace heed::vulkan
