// A plan on several backends: where its tensors are, and the program of its steps.
#pragma once

#include <memory>
#include <span>

#include <heed/backends/placement.h>
#include <heed/backends/plan.h>

namespace heed {

// Where a planned tensor's first element is.
struct Place {
  Backend& backend;
  Memory& memory;
  std::int64_t offset;
};

// `constants` and `variables` are the plan's, at home; arenas are those that backends share.
Place place_of(const Plan& plan, int tensor, const Placement& placement, Memory* constants,
               std::span<Memory* const> variables);

// Makes kernels for the steps of a plan, as Backend::compile() does for a plan on one backend: neighbours on
// one backend become a program of that backend, and what lies between them is transferred through the host.
std::unique_ptr<Program> compile_placed(const Plan& plan, const Placement& placement);

}  // namespace heed
