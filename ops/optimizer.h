// The arithmetic of optimisers: one elementwise op computes every new value of a parameter in one pass. Rates
// are scalars of the parameter's type; results are the values for after the step.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

struct AdamState {
  Tensor parameter, first_moment, second_moment;
};

// Adam, Kingma and Ba 2015; with weight decay AdamW, Loshchilov and Hutter 2019: before the step the
// parameter shrinks by rate * weight_decay of itself. `correction1` and `correction2` are 1 - beta1^t and
// 1 - beta2^t.
struct AdamCoefficients {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
};
AdamState adam_update(const AdamState& state, Tensor gradient, Tensor rate, Tensor correction1,
                      Tensor correction2, const AdamCoefficients& coefficients,
                      Where where = Where::current());

// parameter - rate * gradient.
Tensor sgd_update(Tensor parameter, Tensor gradient, Tensor rate, Where where = Where::current());

struct MomentumState {
  Tensor parameter, momentum;
};

// velocity = momentum * velocity + gradient; parameter -= rate * velocity, or, after Nesterov (in the form of
// Sutskever et al. 2013), rate * (gradient + momentum * velocity).
struct MomentumCoefficients {
  double momentum = 0.9;
  bool nesterov = false;
};
MomentumState momentum_update(const MomentumState& state, Tensor gradient, Tensor rate,
                              const MomentumCoefficients& coefficients, Where where = Where::current());

struct AdadeltaState {
  Tensor parameter;
  Tensor gradients;  // running mean of squared gradients
  Tensor steps;      // running mean of squared steps
};

// Adadelta, Zeiler 2012: step = sqrt(steps + epsilon) / sqrt(gradients + epsilon) * gradient, in which
// `gradients` is the new mean and `steps` the old one; parameter -= rate * step.
struct AdadeltaCoefficients {
  double rho = 0.95;
  double epsilon = 1e-6;
};
AdadeltaState adadelta_update(const AdadeltaState& state, Tensor gradient, Tensor rate,
                              const AdadeltaCoefficients& coefficients, Where where = Where::current());

// sqrt of the sum of squares over all tensors together: [].
Tensor global_norm(std::span<const Tensor> tensors, Where where = Where::current());

}  // namespace heed
