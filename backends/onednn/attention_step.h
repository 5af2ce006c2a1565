// Attention of a single query for each row, as in decoding: all heads in one walk over the keys and one over
// the values, in the order in which they lie in memory.
#pragma once

#include <cstdint>

namespace heed::onednn {

struct AttentionStep {
  const float* query;          // [heads, size]
  const float *keys, *values;  // [length, heads, size], of which the first `visible` are seen
  std::int64_t visible, heads, size;
  // If not null: keys and values are [cached, length, heads, size], and key s is keys[rows[s], s]; one
  // outside is zeros.
  const std::int32_t* rows = nullptr;
  std::int64_t cached = 0, length = 0;
  float scale;
  float* scores;       // scratch, [heads, visible]
  float* result;       // [heads, size]; null: nobody reads it
  float* log_sum_exp;  // [heads]; null: nobody reads it
};

void attend_step(const AttentionStep& step);

}  // namespace heed::onednn
