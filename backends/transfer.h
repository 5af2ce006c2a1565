// Transfer: a step that copies a dense tensor from one backend's memory to another's, or within one that has
// no kernel for it. The planner makes them; no graph holds any.
#pragma once

#include <heed/graph/op.h>

namespace heed {

struct Transfer final : Op {
  std::string_view name() const override { return "transfer"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs.begin(), inputs.end()}; }
  double flops(Types, Types) const override { return 0; }
};

}  // namespace heed
