// The passes in their order.
#pragma once

#include <heed/backends/compile_options.h>
#include <heed/backends/passes/passes.h>

namespace heed {

// From a user's graph to one that can be planned: what the fetches and updates need, in ops that some backend
// of `placement` has kernels for. `evaluate` gives values as home computes them.
LoweredGraph lower(std::span<const Tensor> fetches, std::span<const Update> updates,
                   const Placement& placement, const Evaluate& evaluate, const CompileOptions& options = {});

}  // namespace heed
