// Activation functions beyond relu, sigmoid and tanh. Each is a short chain of elementwise ops that fuses.
#pragma once

#include <heed/ops/elementwise.h>

namespace heed {

// x times the normal distribution's probability of less than x (Hendrycks and Gimpel 2016), by erf.
Tensor gelu(Tensor x, Where where = Where::current());

// The same paper's approximation: x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).
Tensor gelu_tanh(Tensor x, Where where = Where::current());

// x * sigmoid(x), also called swish.
Tensor silu(Tensor x, Where where = Where::current());

// log(1 + exp(x)), for any x without overflow.
Tensor softplus(Tensor x, Where where = Where::current());

// x [..., 2l] -> [..., l]: the larger of each two neighbours (Goodfellow et al. 2013). Equal ones share the
// gradient.
Tensor maxout(Tensor x, Where where = Where::current());

}  // namespace heed
