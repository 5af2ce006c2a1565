// What each scalar instruction is in SPIR-V, by the type of its operands.
#pragma once

#include <cstdint>

#include <heed/ops/scalar_program.h>

namespace heed::vulkan {

// How registers of a type are held: bfloat16 and float16 as the float of the same value, booleans as SPIR-V's
// own.
enum class Held : std::uint8_t { real, whole, natural, truth, none };

Held held(DType dtype);

// What an instruction becomes: one of SPIR-V's, one of GLSL.std.450's, or a call of functions.glsl's.
struct Form {
  std::uint32_t opcode = 0;
  std::uint32_t extended = 0;
  const char* function = nullptr;

  explicit operator bool() const { return opcode || extended || function; }
};

// Empty where there is none. Not for constant, select and convert.
Form form_of(ScalarOp op, DType operand);

// Whether a result of 16 bits must be rounded: it may not fit although the operands do.
bool rounds(ScalarOp op);

}  // namespace heed::vulkan
