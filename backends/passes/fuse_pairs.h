// Fusion of an op into the only one that reads it, where the backend claims both as one.
#pragma once

#include <heed/backends/passes/passes.h>

namespace heed {

// What `reader` becomes with `read`, which gives its input number `input`, computed inside: an op on the
// inputs of `read` and, behind them, the reader's other ones. Null where the two do not go together.
using Combine = OpPtr (*)(const Node& reader, std::size_t input, const Node& read);

// The fused op keeps the lines of both.
LoweredGraph fuse_pairs(const LoweredGraph& from, const Placement& placement, Combine combine);

}  // namespace heed
