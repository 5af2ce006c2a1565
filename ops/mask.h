// Masks by lengths, and softmax of what a mask leaves.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// lengths [...] of i32 -> booleans [..., size]: whether position s < length.
Tensor is_within(Tensor lengths, std::int64_t size, Where where = Where::current());

// Softmax along the last axis over the elements where `visible` (booleans that broadcast to x) holds; the
// others get 0, as do all of a row in which none is visible. No gradient flows to those.
Tensor masked_softmax(Tensor x, Tensor visible, Where where = Where::current());

}  // namespace heed
