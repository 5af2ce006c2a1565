// The SPIR-V of an elementwise op: its scalar program, written out in straight line.
#pragma once

#include <vector>

#include <heed/backends/vulkan/kernel.h>
#include <heed/ops/scalar_program.h>

namespace heed::vulkan {

// What the code depends on, besides the device. Shapes are parameters: one shader serves all of them.
struct ElementwiseForm {
  enum class Reading : std::uint8_t { dense, scalar, strided };

  ScalarProgram program;
  std::vector<Reading> inputs;
  std::vector<bool> live;  // which results are stored
};

// Parameters: after the beginnings of the inputs and the live outputs comes the number of elements; then, for
// each input, where in the parameters its sizes and strides are, as strided() wants them.
Shader elementwise_shader(const ElementwiseForm& form, const DeviceTraits& device);

// Whether there is code for every instruction of the program.
bool can_emit(const ScalarProgram& program);

}  // namespace heed::vulkan
