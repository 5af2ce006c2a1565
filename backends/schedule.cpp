#include <heed/backends/planner.h>
#include <heed/backends/schedule.h>

namespace heed {

namespace {

PlannedProgram compiled(Plan plan, Backend& backend) {
  PlannedProgram result{std::move(plan), nullptr};
  result.program = backend.compile(result.plan);
  place_storages(result.plan, *result.program);
  return result;
}

}  // namespace

PlannedProgram plan_program(const LoweredGraph& lowered, Backend& backend, const CompileOptions& options) {
  Plan plan = plan_steps(lowered, program_order(lowered), backend, options.optimize);
  const std::int64_t alive = most_alive(plan);
  PlannedProgram best = compiled(std::move(plan), backend);
  best.plan.program_order_bytes = best.plan.arena_bytes;
  if (!options.optimize) return best;

  const std::vector<NodeId> order = order_for_memory(lowered);
  Plan other = plan_steps(lowered, order, backend, options.optimize);
  if (most_alive(other) >= alive || other.state_copies > best.plan.state_copies) return best;
  PlannedProgram reordered = compiled(std::move(other), backend);
  if (reordered.plan.arena_bytes >= best.plan.arena_bytes) return best;
  reordered.plan.program_order_bytes = best.plan.arena_bytes;
  if (options.observe) options.observe("order", *in_order(lowered, order).graph);
  return reordered;
}

}  // namespace heed
