// PlacedProgram: the program of a plan whose steps run on several backends.
#pragma once

#include <memory>

#include <heed/backends/placement.h>
#include <heed/backends/plan.h>

namespace heed {

// Makes kernels for the steps of a plan, as Backend::compile() does for a plan on one backend: neighbours on
// one backend become a program of that backend, and what lies between them is transferred through the host.
std::unique_ptr<Program> compile_placed(const Plan& plan, const Placement& placement);

}  // namespace heed
