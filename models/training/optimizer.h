// Optimisers: from gradients to updates of variables.
#pragma once

#include <span>

#include <heed/graph/graph.h>
#include <heed/ops/optimizer.h>

namespace heed {

struct AdamOptions {
  Tensor learning_rate{};    // a scalar of the parameters' type; or
  double fixed_rate = 1e-3;  // this, if there is none
  AdamCoefficients coefficients{};
};

// Adam, Kingma and Ba 2015. Its moments are the variables adam/first/NAME and adam/second/NAME, its step
// count is adam/step.
Updates adam(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
             const AdamOptions& options = {}, Where where = Where::current());

// parameter -= rate * gradient.
Updates sgd(std::span<const Tensor> parameters, std::span<const Tensor> gradients, double learning_rate,
            Where where = Where::current());

struct ClippedGradients {
  Tensors gradients;
  Tensor norm;  // before clipping
};
// Scales all gradients together so that their global norm is at most `largest` (Pascanu et al. 2013).
ClippedGradients clip_by_global_norm(std::span<const Tensor> gradients, double largest,
                                     Where where = Where::current());

}  // namespace heed
