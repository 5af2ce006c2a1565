// One instruction of a ScalarProgram over a block of elements, in vector code.
#pragma once

#include <cstddef>

#include <heed/ops/scalar_program.h>

namespace heed::onednn {

// Elements are 32-bit lanes: f32, i32 and u32 as they are, bf16 as the f32 of equal value, booleans as 0 or
// 1. An operand either has one lane for each element (advance 1) or a vector of equal lanes (advance 0).
inline constexpr std::size_t uniform_lanes = 16;

struct StepArguments {
  const void* in[3] = {};
  std::size_t advance[3] = {};
  void* out = nullptr;
  std::size_t count = 0;
};

using Step = void (*)(const StepArguments&);

// The code for `op` on operands of type `operand` with a result of type `result`; null where there is none.
// For `select` the operand is that of the two choices.
Step find_step(ScalarOp op, DType operand, DType result);

}  // namespace heed::onednn
