// The SPIR-V of an elementwise op, and of one whose result is reduced: its scalar program, written out in
// straight line.
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

// A program of one f32 result that is reduced as it is computed.
struct ReducedForm {
  ScalarProgram program;
  std::vector<bool> scalar;  // which inputs are one element for all indices
};

// `shader` is a variant of reduce.comp. Bindings: the result, then the inputs. Parameters: after their
// beginnings those of reduce.comp, four; then, for each input, where its sizes and strides are: those of the
// results, and those of the reduced elements.
Shader reduced_shader(const ReducedForm& form, const std::string& shader, const DeviceTraits& device);

// A program whose first input is an element of a product of matrices, f32 as its result is. The other inputs,
// all dense, are bound behind the product's four operands.
struct FinishingForm {
  // One element, or one for each row (counted over all batches), for each column, or for each element.
  enum class Reading : std::uint8_t { scalar, rows, columns, elements };

  ScalarProgram program;
  std::vector<Reading> others;
};
Shader finishing_shader(const FinishingForm& form, const DeviceTraits& device);

}  // namespace heed::vulkan
