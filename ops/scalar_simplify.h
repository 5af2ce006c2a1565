// Exact simplification of scalar programs.
#pragma once

#include <heed/ops/scalar_program.h>

namespace heed {

// A program with the same inputs that gives the same bits, with fewer instructions where some have no effect:
// x * 1, x / 1, x - 0, x + (-0), --x, not not x, conversion to the same type, the larger of x and x, a choice
// between x and x; and arithmetic on floating constants. Not x + 0, which changes -0, nor x * 0.
ScalarProgram simplified(const ScalarProgram& program);

}  // namespace heed
