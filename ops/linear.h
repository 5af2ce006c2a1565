// linear: rows times a matrix, plus a bias.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// x [..., in], weight [in, out], bias [out] (optional) -> [..., out].
Tensor linear(Tensor x, Tensor weight, Tensor bias = {}, Where where = Where::current());

}  // namespace heed
