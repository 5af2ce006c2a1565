// Attention of a single query for each row, as in decoding: all heads in one walk over the keys and one over
// the values, in the order in which they lie in memory.
#pragma once

#include <cstdint>

namespace heed::onednn {

struct AttentionStep {
  const float *query, *keys,
      *values;  // [heads, size]; [length, heads, size], the first `visible` of them seen
  std::int64_t visible, heads, size;
  float scale;
  float* scores;       // scratch, [heads, visible]
  float* result;       // [heads, size]; null: nobody reads it
  float* log_sum_exp;  // [heads]; null: nobody reads it
};

void attend_step(const AttentionStep& step);

}  // namespace heed::onednn
