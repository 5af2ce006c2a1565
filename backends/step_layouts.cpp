#include <heed/backends/step_layouts.h>

namespace heed {

StepLayouts layouts_of(const Plan& plan, const Step& step) {
  StepLayouts layouts;
  std::vector<TensorType> input_types;
  for (const int input : step.inputs) {
    layouts.inputs.push_back(plan.tensors[static_cast<std::size_t>(input)].layout);
    input_types.push_back(layouts.inputs.back().type);
  }
  const std::vector<TensorType> types = step.op->infer(input_types);
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    layouts.outputs.push_back({types[i], dense_strides(types[i].shape)});
    layouts.live.push_back(step.outputs[i] != nothing);
  }
  return layouts;
}

}  // namespace heed
