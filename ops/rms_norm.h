// RMS normalisation, Zhang and Sennrich 2019: each row divided by its root mean square, times a gain.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// x [..., N], gain [N] -> gain * x / sqrt(mean(x^2) + epsilon).
Tensor rms_norm(Tensor x, Tensor gain, double epsilon = 1e-6, Where where = Where::current());

}  // namespace heed
