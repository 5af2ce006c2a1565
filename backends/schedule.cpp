#include <heed/backends/placed_program.h>
#include <heed/backends/planner.h>
#include <heed/backends/schedule.h>

namespace heed {

namespace {

PlannedProgram compiled(Plan plan, const Placement& placement) {
  PlannedProgram result{std::move(plan), nullptr};
  result.program = compile_placed(result.plan, placement);
  place_storages(result.plan, *result.program, placement);
  return result;
}

}  // namespace

PlannedProgram plan_program(const LoweredGraph& lowered, const Placement& placement,
                            const CompileOptions& options) {
  Plan plan = plan_steps(lowered, program_order(lowered), placement, options.optimize);
  const std::int64_t alive = most_alive(plan);
  PlannedProgram best = compiled(std::move(plan), placement);
  best.plan.program_order_bytes = best.plan.arena_bytes;
  if (!options.optimize) return best;

  const std::vector<NodeId> order = order_for_memory(lowered);
  Plan other = plan_steps(lowered, order, placement, options.optimize);
  if (most_alive(other) >= alive || other.state_copies > best.plan.state_copies) return best;
  PlannedProgram reordered = compiled(std::move(other), placement);
  if (reordered.plan.arena_bytes >= best.plan.arena_bytes) return best;
  reordered.plan.program_order_bytes = best.plan.arena_bytes;
  if (options.observe) options.observe("order", *in_order(lowered, order).graph);
  return reordered;
}

}  // namespace heed
