// Optimisers: from gradients to updates of variables.
#pragma once

#include <functional>
#include <span>
#include <string>

#include <heed/graph/graph.h>
#include <heed/ops/optimizer.h>

namespace heed {

struct AdamOptions {
  Tensor learning_rate{};    // a scalar of the parameters' type; or
  double fixed_rate = 1e-3;  // this, if there is none
  AdamCoefficients coefficients{};
  // Whether the variable of that name decays, where there is weight decay; none: all do. Biases, gains and
  // embeddings usually do not.
  std::function<bool(const std::string& name)> decays{};
};

// Adam, Kingma and Ba 2015; AdamW with a weight decay. Its moments are the variables adam/first/NAME and
// adam/second/NAME, its step count is adam/step.
Updates adam(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
             const AdamOptions& options = {}, Where where = Where::current());

struct SgdOptions {
  Tensor learning_rate{};    // a scalar of the parameters' type; or
  double fixed_rate = 1e-2;  // this, if there is none
  double momentum = 0;
  bool nesterov = false;
};

// Stochastic gradient descent. With a momentum, velocities are the variables sgd/momentum/NAME.
Updates sgd(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
            const SgdOptions& options = {}, Where where = Where::current());

struct AdadeltaOptions {
  Tensor learning_rate{};  // a scalar of the parameters' type; or
  double fixed_rate = 1;   // this, if there is none
  AdadeltaCoefficients coefficients{};
};

// Adadelta, Zeiler 2012. Its running means are the variables adadelta/gradients/NAME and adadelta/steps/NAME.
Updates adadelta(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 const AdadeltaOptions& options = {}, Where where = Where::current());

struct ClippedGradients {
  Tensors gradients;
  Tensor norm;  // before clipping
};
// Scales all gradients together so that their global norm is at most `largest` (Pascanu et al. 2013).
ClippedGradients clip_by_global_norm(std::span<const Tensor> gradients, double largest,
                                     Where where = Where::current());

}  // namespace heed
