// jvp: derivatives along a direction (forward mode), out of two reverse passes.
#pragma once

#include <span>

#include <heed/graph/graph.h>

namespace heed {

// The derivative of each of `outputs` when every x in `wrt` moves by its `tangents`: the Jacobian times the
// tangents, one tensor of an output's shape for each. A first reverse pass is linear in the gradients that it
// starts from; the second one differentiates it with respect to those. Throws Error where a rule is missing,
// and when tangents and `wrt` do not go together.
Tensors jvp(std::span<const Tensor> outputs, std::span<const Tensor> wrt, std::span<const Tensor> tangents,
            Where where = Where::current());

}  // namespace heed
