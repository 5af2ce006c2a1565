// The arithmetic of optimisers: one elementwise op computes every new value of a parameter in one pass.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

struct AdamState {
  Tensor parameter, first_moment, second_moment;
};

// Adam, Kingma and Ba 2015. `rate` is the learning rate, `correction1` and `correction2` are
// 1 - beta1^t and 1 - beta2^t, all scalars of the parameter's type. Returns the values for after the step.
struct AdamCoefficients {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};
AdamState adam_update(const AdamState& state, Tensor gradient, Tensor rate, Tensor correction1,
                      Tensor correction2, const AdamCoefficients& coefficients,
                      Where where = Where::current());

// parameter - rate * gradient.
Tensor sgd_update(Tensor parameter, Tensor gradient, Tensor rate, Where where = Where::current());

// sqrt of the sum of squares over all tensors together: [].
Tensor global_norm(std::span<const Tensor> tensors, Where where = Where::current());

}  // namespace heed
