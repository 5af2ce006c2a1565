// The inner loops of reductions, in vector code.
#pragma once

#include <cstdint>

#include <heed/graph/dtype.h>
#include <heed/ops/reduce.h>

namespace heed::onednn {

// Elements are f32 or i32. A maximum or minimum beside a NaN is NaN.
struct ReduceLoops {
  void (*fill)(void* to, std::int64_t count);                            // with the result over nothing
  void (*fold_row)(const void* row, std::int64_t count, void* total);    // all of a row into one number
  void (*fold_elements)(const void* row, std::int64_t count, void* to);  // each element into its own
};

ReduceLoops find_reduce_loops(ReduceKind kind, DType dtype);

}  // namespace heed::onednn
