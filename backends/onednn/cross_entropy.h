// Cross-entropy of rows of logits, and its gradient.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/cross_entropy.h>

namespace heed::onednn {

bool accepts_cross_entropy(const Op& op, Types inputs, Types outputs);
host::Kernel make_cross_entropy(const CrossEntropy& op, const host::KernelRequest& request);
host::Kernel make_cross_entropy_grad(const CrossEntropyGrad& op, const host::KernelRequest& request);

// out = (exp(x - log_sum_exp) - share) * gradient; the right class has `wanted` in place of `share`.
struct GradientRow {
  std::int64_t size;
  std::int64_t target;  // any number outside the row: no class is right
  float log_sum_exp, gradient, share, wanted;
};

}  // namespace heed::onednn
