// Layer normalisation and its gradient.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/layer_norm.h>

namespace heed::onednn {

host::Kernel make_layer_norm(const LayerNorm& op, const host::KernelRequest& request);
host::Kernel make_layer_norm_grad(const LayerNormGrad& op, const host::KernelRequest& request);

// One row of work, as the vector code takes it.
struct NormRow {
  const float* x;
  const float* gain;
  const float* bias;
  std::int64_t size;
  double epsilon;
  float* result;  // may be x; null: nobody reads it
};

struct RowStatistics {
  float mean, inverse;
};

struct NormGradRow {
  const float* x;
  const float* gain;
  const float* gradient;
  std::int64_t size;
  float mean, inverse;
  float* grad_x;     // may be x or gradient; null: nobody reads it
  float* grad_gain;  // added to
  float* grad_bias;  // added to
};

}  // namespace heed::onednn
