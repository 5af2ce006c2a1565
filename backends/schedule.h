// From a lowered graph to a plan with its program: in the order that needs least memory.
#pragma once

#include <memory>

#include <heed/backends/backend.h>
#include <heed/backends/compile_options.h>
#include <heed/backends/passes/passes.h>
#include <heed/backends/plan.h>

namespace heed {

struct PlannedProgram {
  Plan plan;
  std::unique_ptr<Program> program;
};

// Plans the graph in program order and, where that promises to need less, in the order of order_for_memory;
// takes the one with the smaller arena. So the planned peak is never worse than in program order, which the
// plan remembers beside its own.
PlannedProgram plan_program(const LoweredGraph& lowered, const Placement& placement,
                            const CompileOptions& options);

}  // namespace heed
