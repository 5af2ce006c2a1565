// Concatenation in place: what is concatenated is computed right where the concatenation wants it.
#pragma once

#include <vector>

#include <heed/backends/in_place.h>
#include <heed/backends/plan.h>

namespace heed {

// Where the parts of a concatenation lie one after the other in memory, lets each be computed in its place
// and drops the step; parts that cannot be (fed values, variables, what lies in another concatenation
// already) are copied there. What becomes a variable's new value keeps its own storage, so that it can be
// updated in place.
void concatenate_in_place(Plan& plan, const std::vector<Assignment>& assignments);

}  // namespace heed
