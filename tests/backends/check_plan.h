// Checks a plan by walking through it with memory whose every unit remembers whose it is.
#pragma once

#include <heed/backends/plan.h>

namespace heed::test {

// Fails the test when a step, a fetch or a feed would find its bytes overwritten by another storage.
void check_plan(const Plan& plan);

}  // namespace heed::test
