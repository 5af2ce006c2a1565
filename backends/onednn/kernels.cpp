#include <algorithm>

#include <heed/backends/onednn/additive_scores.h>
#include <heed/backends/onednn/attention.h>
#include <heed/backends/onednn/cross_entropy.h>
#include <heed/backends/onednn/elementwise.h>
#include <heed/backends/onednn/gather.h>
#include <heed/backends/onednn/instruction_set.h>
#include <heed/backends/onednn/kernels.h>
#include <heed/backends/onednn/layer_norm.h>
#include <heed/backends/onednn/matmul.h>
#include <heed/backends/onednn/movement.h>
#include <heed/backends/onednn/random.h>
#include <heed/backends/onednn/reduce.h>
#include <heed/backends/onednn/softmax.h>
#include <heed/backends/onednn/topk.h>

namespace heed::onednn {

namespace {

using host::KernelTable;

bool all_f32(const Op&, Types inputs, Types outputs) {
  const auto is_f32 = [](const TensorType& type) { return type.dtype == DType::f32; };
  return std::all_of(inputs.begin(), inputs.end(), is_f32) &&
         std::all_of(outputs.begin(), outputs.end(), is_f32);
}

bool outputs_f32(const Op&, Types, Types outputs) {
  return outputs[0].dtype == DType::f32;
}

KernelTable fill() {
  instruction_set();  // settled, and oneDNN told, before there is a kernel
  KernelTable table;
  table.add<Elementwise>(make_elementwise, {all_inputs, accepts_elementwise});
  table.add<Matmul>(make_matmul, {0b011, accepts_matmul});
  table.add<Reduce>(make_reduce, {0, accepts_reduce});
  table.add<ElementwiseReduce>(make_elementwise_reduce, {all_inputs, accepts_elementwise_reduce});
  table.add<GatherRows>(make_gather_rows);
  table.add<ScatterAdd>(make_scatter_add, {0b001, accepts_scatter_add});
  table.add<SliceAt>(make_slice_at, {0b01});
  table.add<UpdateAt>(make_update_at, {0b011});
  table.add<Pad>(make_pad, {all_inputs});
  table.add<Concatenate>(make_concatenate, {all_inputs});
  table.add<Reverse>(make_reverse, {all_inputs});
  table.add<Iota>(make_iota, {0, accepts_iota});
  table.add<TopK>(make_top_k, {0, accepts_top_k});
  table.add<LayerNorm>(make_layer_norm, {0, all_f32});
  table.add<LayerNormGrad>(make_layer_norm_grad, {0, all_f32});
  table.add<Softmax>(make_softmax, {0, accepts_softmax});
  table.add<CrossEntropy>(make_cross_entropy, {0, accepts_cross_entropy});
  table.add<CrossEntropyGrad>(make_cross_entropy_grad, {0, accepts_cross_entropy});
  table.add<RandomBits>(make_random_bits);
  table.add<Dropout>(make_dropout, {0, outputs_f32});
  table.add<AdditiveScores>(make_additive_scores, {0, all_f32});
  table.add<AdditiveScoresGrad>(make_additive_scores_grad, {0, all_f32});
  table.add<Attention>(make_attention, {0, accepts_attention});
  table.add<AttentionGrad>(make_attention_grad, {0, accepts_attention_grad});
  table.add<CachedAttention>(make_cached_attention, {0, accepts_cached_attention});
  return table;
}

}  // namespace

const KernelTable& kernels() {
  static const KernelTable table = fill();
  return table;
}

}  // namespace heed::onednn
