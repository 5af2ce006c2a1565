// Gradients as a transformation of the graph: new nodes that compute them, appended to the same graph.
#pragma once

#include <span>

#include <heed/graph/graph.h>

namespace heed {

// d loss / d x for every x in `wrt`, in order. `loss` must be a floating-point scalar. An x on which the
// loss does not depend has a gradient of zeros. Throws Error naming the op and its line where a rule is
// missing. The results can be differentiated again.
Tensors gradients(Tensor loss, std::span<const Tensor> wrt, Where where = Where::current());

// The same, starting from given gradients of several outputs: the product of `seeds` with the Jacobian.
Tensors gradients_from(std::span<const Tensor> outputs, std::span<const Tensor> seeds,
                       std::span<const Tensor> wrt, Where where = Where::current());

}  // namespace heed
