// How a graph is compiled, for those who want to look on or to look for a mistake.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <heed/graph/graph.h>

namespace heed {

// What products of f32 tensors are computed from. bf16, f16: from operands rounded to bfloat16 or float16,
// summed in f32, which is several times as fast where the processor has instructions for it. Variables and
// all other ops stay f32. float16 is more exact, but holds nothing above 65504 and little below 6e-5.
enum class Precision : std::uint8_t { f32, bf16, f16 };

std::string_view name_of(Precision precision);
Precision precision_of(std::string_view name);  // throws Error for an unknown name

struct CompileOptions {
  Precision precision = Precision::f32;
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
