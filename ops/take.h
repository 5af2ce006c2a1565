// Choosing by index along an axis, and its opposite, the index as a vector.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// indices [...] of i32 -> [..., classes]: 1 at the index, 0 elsewhere; an index outside [0, classes) gives
// zeros.
Tensor one_hot(Tensor indices, std::int64_t classes, DType dtype = DType::f32,
               Where where = Where::current());

// x [..., N, ...], indices [..., M, ...] of i32, equal outside `axis` -> y [..., M, ...] with
// y[..., m, ...] = x[..., indices[..., m, ...], ...]. An index outside [0, N) reads zero. Differentiable in
// x.
Tensor take_along_axis(Tensor x, Tensor indices, int axis, Where where = Where::current());

}  // namespace heed
