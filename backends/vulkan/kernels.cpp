#include <algorithm>

#include <heed/backends/vulkan/kernels.h>
#include <heed/backends/vulkan/make.h>

namespace heed::vulkan {

namespace {

bool has_kernels_for(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::bf16:
    case DType::f16:
    case DType::i32:
    case DType::u32:
    case DType::boolean:
      return true;
    default:
      return false;
  }
}

// Types whose elements are added or compared in shaders.
bool has_arithmetic(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32 || inputs[0].dtype == DType::i32 || inputs[0].dtype == DType::u32;
}

bool is_f32(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32;
}

bool counts_up(const Op&, Types, Types outputs) {
  return outputs[0].dtype == DType::f32 || outputs[0].dtype == DType::i32 || outputs[0].dtype == DType::u32;
}

KernelTable fill() {
  KernelTable table;
  table.add<Elementwise>(make_elementwise, {all_inputs, accepts_elementwise});
  table.add<Matmul>(make_matmul, {0b011, accepts_matmul});
  table.add<MatmulElementwise>(make_matmul_elementwise, {0b011, accepts_matmul_elementwise});
  table.add<Reduce>(make_reduce, {all_inputs, has_arithmetic});
  table.add<ElementwiseReduce>(make_elementwise_reduce, {all_inputs, accepts_elementwise_reduce});
  table.add<Pad>(make_pad, {all_inputs});
  table.add<Concatenate>(make_concatenate, {all_inputs});
  table.add<Reverse>(make_reverse, {all_inputs});
  table.add<GatherRows>(make_gather_rows);
  table.add<ScatterAdd>(make_scatter_add, {0, has_arithmetic});
  table.add<SliceAt>(make_slice_at, {0b01});
  table.add<UpdateAt>(make_update_at, {0b010});
  table.add<TopK>(make_top_k, {0, is_f32});
  table.add<Iota>(make_iota, {0, counts_up});
  table.add<RandomBits>(make_random_bits);
  table.add<Softmax>(make_softmax, {0, accepts_softmax});
  table.add<LayerNorm>(make_layer_norm, {0, is_f32});
  table.add<LayerNormGrad>(make_layer_norm_grad, {0, is_f32});
  table.add<CrossEntropy>(make_cross_entropy, {0, is_f32});
  table.add<CrossEntropyGrad>(make_cross_entropy_grad, {0, is_f32});
  table.add<Attention>(make_attention, {0, accepts_attention});
  table.add<AttentionGrad>(make_attention_grad, {0, accepts_attention_grad});
  table.add<CachedAttention>(make_cached_attention, {0, accepts_cached_attention});
  table.add<Dropout>(make_dropout, {0, is_f32});
  return table;
}

}  // namespace

const KernelTable& kernels() {
  static const KernelTable table = fill();
  return table;
}

bool claims(const Op& op, Types inputs, Types outputs) {
  const KernelEntry* entry = kernels().find(op);
  if (!entry) return false;
  const auto known = [](const TensorType& type) { return has_kernels_for(type.dtype); };
  if (!std::ranges::all_of(inputs, known) || !std::ranges::all_of(outputs, known)) return false;
  return !entry->traits.accepts || entry->traits.accepts(op, inputs, outputs);
}

}  // namespace heed::vulkan
