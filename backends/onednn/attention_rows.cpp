#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/attention_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/attention_rows.h>
#include <heed/backends/onednn/exponentials-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

void clear(float* from, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) from[i] = 0;
}

}  // namespace

RowNorm raise_scores_vector(const ScoreRow& row) {
  const auto n = static_cast<std::size_t>(row.visible);
  const float largest = row_maximum(row.scores, n);
  const float shift = std::isfinite(largest) ? largest : 0.0f;
  const float total = exp_row(row.scores, n, 1, shift, row.scores);
  clear(row.scores + row.visible, row.width - row.visible);
  if (total == 0) return {0, -HUGE_VALF};
  return {1 / total, std::log(total) + shift};
}

void scale_row_vector(float* x, std::int64_t size, float factor) {
  const Floats d;
  const auto n = static_cast<std::size_t>(size);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    store(hn::Mul(load(d, x + i, n - i), hn::Set(d, factor)), d, x + i, n - i);
  }
}

void differentiate_scores_vector(const ScoreRow& row, const RowGradient& gradient) {
  const Floats d;
  const std::int64_t seen = gradient.log_sum_exp == -HUGE_VALF ? 0 : row.visible;
  const auto n = static_cast<std::size_t>(seen);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const std::size_t left = n - i;
    const auto weight = exp_of(d, hn::Sub(load(d, row.scores + i, left), hn::Set(d, gradient.log_sum_exp)));
    const auto difference = hn::Sub(load(d, gradient.grad_weights + i, left), hn::Set(d, gradient.shared));
    store(weight, d, row.scores + i, left);
    store(hn::Mul(hn::Mul(weight, difference), hn::Set(d, gradient.scale)), d, gradient.grad_weights + i,
          left);
  }
  clear(row.scores + seen, row.width - seen);
  clear(gradient.grad_weights + seen, row.width - seen);
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(raise_scores_vector);
HWY_EXPORT(scale_row_vector);
HWY_EXPORT(differentiate_scores_vector);

RowNorm raise_scores(const ScoreRow& row) {
  return HWY_DYNAMIC_DISPATCH(raise_scores_vector)(row);
}

void scale_row(float* x, std::int64_t size, float factor) {
  HWY_DYNAMIC_DISPATCH(scale_row_vector)(x, size, factor);
}

void differentiate_scores(const ScoreRow& row, const RowGradient& gradient) {
  HWY_DYNAMIC_DISPATCH(differentiate_scores_vector)(row, gradient);
}

}  // namespace heed::onednn
#endif
