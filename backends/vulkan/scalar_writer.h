// ScalarWriter: writes a scalar program, and the reading and writing of its operands, into a shader.
#pragma once

#include <vector>

#include <heed/backends/vulkan/spirv_module.h>
#include <heed/ops/scalar_program.h>

namespace heed::vulkan {

class ScalarWriter {
 public:
  // The module has the functions of common.glsl and functions.glsl. With `special_values` signed zeros,
  // infinities and NaN are asked to be kept.
  ScalarWriter(SpirvModule& module, const ScalarProgram& program, bool special_values);

  SpirvId float_type() const { return float_; }
  SpirvId uint_type() const { return uint_; }
  SpirvId bool_type() const { return bool_; }

  // A buffer that is bound to the shader.
  struct Operand {
    DType dtype;
    SpirvId variable, element_pointer, element;
  };
  Operand declare_operand(DType dtype, std::uint32_t binding, bool written);
  SpirvId load(const Operand& operand, SpirvId at);
  void store(const Operand& operand, SpirvId at, SpirvId value);

  SpirvId parameter(std::size_t index);  // of the dispatch
  SpirvId sum(SpirvId a, SpirvId b);     // of two indices
  SpirvId strided(SpirvId index, SpirvId sizes);

  // The values of the program's results, of those of its inputs.
  std::vector<SpirvId> evaluate(std::vector<SpirvId> inputs);

 private:
  SpirvId type_of(DType dtype) const;
  SpirvId pointer_to(const Operand& operand, SpirvId index);
  SpirvId constant(DType dtype, double value);
  SpirvId evaluate(const ScalarInstruction& step);
  SpirvId apply(const ScalarInstruction& step, DType operand);
  SpirvId convert(DType from, DType to, SpirvId value);
  SpirvId rounded(DType dtype, SpirvId value);

  SpirvModule& module_;
  const ScalarProgram& program_;
  SpirvId float_, int_, uint_, bool_;
  std::vector<SpirvId> registers_;
};

// Whether there is code for every instruction of the program.
bool can_emit(const ScalarProgram& program);

}  // namespace heed::vulkan
