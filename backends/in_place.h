// Sharing storage: variables updated where they are, and outputs written over inputs that nobody needs any
// more. Both only change which storage a tensor lies in, never a value.
#pragma once

#include <vector>

#include <heed/backends/plan.h>

namespace heed {

// A variable (the planned tensor of its read) and the planned tensor of its new value.
struct Assignment {
  int variable = nothing;
  int value = nothing;
};

// Lets each new value be computed in its variable's own storage where nothing reads the old value later;
// adds copies after the last step for the others, and counts them.
void update_variables(Plan& plan, const std::vector<Assignment>& assignments);

// Lets outputs take over the storage of an input that dies at their step, where the op allows it.
void reuse_inputs(Plan& plan);

// The planned tensors that lie in each storage.
std::vector<std::vector<int>> tensors_by_storage(const Plan& plan);

// Recomputes first and last steps of all storages from the steps, feeds and fetches.
void find_lifetimes(Plan& plan);

}  // namespace heed
