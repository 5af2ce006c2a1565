// How a graph is compiled, for those who want to look on or to look for a mistake.
#pragma once

#include <functional>
#include <string_view>

#include <heed/graph/graph.h>

namespace heed {

struct CompileOptions {
  // False: nothing is merged, folded, fused or reordered. The bits of all results stay the same.
  bool optimize = true;
  // A run that computes a NaN or an infinity, in a fetch or an updated variable, throws NonFiniteError, which
  // says where it first came up. Implies optimize = false, and runs more slowly.
  bool check_finite = false;
  // Called with the name of each pass and the graph it gave, in order. "extract", the first, gives what the
  // fetches and updates need of the user's graph.
  std::function<void(std::string_view pass, const Graph& after)> observe{};
};

}  // namespace heed
