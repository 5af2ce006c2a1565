// What a step costs: the memory it moves and the arithmetic it does.
#pragma once

#include <cstdint>

#include <heed/backends/plan.h>

namespace heed {

// Bytes of its operands and results, each counted once.
std::int64_t bytes_moved(const Plan& plan, const Step& step);

// Floating-point operations, a product's two for each pair that it multiplies and adds; those of a composite
// are those of its expansion.
double flops(const Plan& plan, const Step& step);

}  // namespace heed
