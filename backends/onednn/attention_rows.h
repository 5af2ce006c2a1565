// What attention does to one row of scores, in vector code.
#pragma once

#include <cstdint>

namespace heed::onednn {

// `width` numbers, of which the first `visible` belong to keys that the query sees; the others become 0.
struct ScoreRow {
  float* scores;
  std::int64_t visible;
  std::int64_t width;
};

struct RowNorm {
  float inverse;  // 1 / the sum of the exponentials; 0 where nothing is seen
  float log_sum_exp;
};

// scores -> exp(scores - their largest), not yet divided by their sum.
RowNorm raise_scores(const ScoreRow& row);

void scale_row(float* x, std::int64_t size, float factor);

// scores -> weights = exp(scores - log_sum_exp); grad_weights -> weights * (grad_weights - shared) * scale.
struct RowGradient {
  float* grad_weights;
  float log_sum_exp, shared, scale;
};
void differentiate_scores(const ScoreRow& row, const RowGradient& gradient);

}  // namespace heed::onednn
