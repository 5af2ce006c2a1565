// Additive attention scores and their gradient: the tanh is made and used vector by vector.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/additive_scores.h>

namespace heed::onednn {

host::Kernel make_additive_scores(const AdditiveScores& op, const host::KernelRequest& request);
host::Kernel make_additive_scores_grad(const AdditiveScoresGrad& op, const host::KernelRequest& request);

// One pair of a query and a key, of `size` elements each, as the vector code takes it.
struct ScoredPair {
  const float* query;
  const float* key;
  const float* weight;
  std::int64_t size;
};

// Where one pair's gradients are added to.
struct PairGradients {
  float gradient;  // of its score
  float* query;
  float* key;
  float* weight;
};

}  // namespace heed::onednn
