// What a kernel is told about the operands of a step before it is made.
#pragma once

#include <vector>

#include <heed/backends/plan.h>

namespace heed {

struct StepLayouts {
  std::vector<TensorLayout> inputs;
  std::vector<TensorLayout> outputs;  // dense
  std::vector<bool> live;             // whether anyone reads the output
};

StepLayouts layouts_of(const Plan& plan, const Step& step);

}  // namespace heed
