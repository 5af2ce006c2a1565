// The planner: from a lowered graph to a plan. First what runs on which view of which storage, then which
// storages can be one, then where each lies in the arena.
#pragma once

#include <heed/backends/backend.h>
#include <heed/backends/passes/passes.h>
#include <heed/backends/plan.h>

namespace heed {

// Steps, views and storages with their lifetimes, of the live nodes in `order`. In-place decisions are made,
// offsets are not. `join`: whether concatenations may be computed in place. What one backend computes and
// another reads is transferred, once.
Plan plan_steps(const LoweredGraph& lowered, std::span<const NodeId> order, const Placement& placement,
                bool join = true);

// The most bytes of all arenas that are alive at once.
std::int64_t most_alive(const Plan& plan);

// Adds working memory for the steps, then gives every arena storage its offset. Throws Error for one that is
// larger than its backend has blocks.
void place_storages(Plan& plan, const Program& program, const Placement& placement);

}  // namespace heed
