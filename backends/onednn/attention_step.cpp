#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/attention_step.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/attention_rows.h>
#include <heed/backends/onednn/attention_step.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

constexpr std::int64_t rows_ahead = 4;

float dot(const float* a, const float* b, std::size_t n) {
  const Floats d;
  auto even = hn::Zero(d), odd = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * hn::Lanes(d) <= n; i += 2 * hn::Lanes(d)) {
    even = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), even);
    odd = hn::MulAdd(hn::LoadU(d, a + i + hn::Lanes(d)), hn::LoadU(d, b + i + hn::Lanes(d)), odd);
  }
  for (; i < n; i += hn::Lanes(d)) even = hn::MulAdd(load(d, a + i, n - i), load(d, b + i, n - i), even);
  return sum_of(d, hn::Add(even, odd));
}

// Where key or value s lies; null for one that is zeros.
HWY_INLINE const float* at(const AttentionStep& step, const float* cache, std::int64_t s) {
  const std::int64_t row = step.heads * step.size;
  if (!step.rows) return cache + s * row;
  const std::int64_t from = step.rows[s];
  return from >= 0 && from < step.cached ? cache + (from * step.length + s) * row : nullptr;
}

// Into the second cache, where they wait for their turn.
void fetch(const float* row, std::int64_t size) {
  if (!row) return;
  for (std::int64_t i = 0; i < size; i += 16) __builtin_prefetch(row + i, 0, 2);
}

// A block of columns of the weighted sum of all values: at most four vectors, which stay in registers.
void sum_columns(const AttentionStep& step, const float* weights, std::int64_t column, std::size_t columns,
                 float* out) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  if (columns == 4 * lanes) {
    auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
    for (std::int64_t s = 0; s < step.visible; ++s) {
      const float* const value = at(step, step.values, s);
      if (!value) continue;
      const auto weight = hn::Set(d, weights[s]);
      const float* const from = value + column;
      s0 = hn::MulAdd(weight, hn::LoadU(d, from), s0);
      s1 = hn::MulAdd(weight, hn::LoadU(d, from + lanes), s1);
      s2 = hn::MulAdd(weight, hn::LoadU(d, from + 2 * lanes), s2);
      s3 = hn::MulAdd(weight, hn::LoadU(d, from + 3 * lanes), s3);
    }
    hn::StoreU(s0, d, out);
    hn::StoreU(s1, d, out + lanes);
    hn::StoreU(s2, d, out + 2 * lanes);
    hn::StoreU(s3, d, out + 3 * lanes);
    return;
  }
  for (std::size_t i = 0; i < columns; i += lanes) {
    auto sum = hn::Zero(d);
    for (std::int64_t s = 0; s < step.visible; ++s) {
      const float* const value = at(step, step.values, s);
      if (!value) continue;
      sum = hn::MulAdd(hn::Set(d, weights[s]),
                       load(d, value + column + static_cast<std::int64_t>(i), columns - i), sum);
    }
    store(sum, d, out + i, columns - i);
  }
}

}  // namespace

void attend_step_vector(const AttentionStep& step) {
  const std::int64_t row = step.heads * step.size;
  const std::int64_t block = 4 * static_cast<std::int64_t>(hn::Lanes(Floats()));
  for (std::int64_t s = 0; s < step.visible; ++s) {
    if (s + rows_ahead < step.visible) fetch(at(step, step.keys, s + rows_ahead), row);
    fetch(at(step, step.values, s), row);
    const float* const key = at(step, step.keys, s);
    for (std::int64_t h = 0; h < step.heads; ++h) {
      step.scores[h * step.visible + s] =
          key ? step.scale *
                    dot(step.query + h * step.size, key + h * step.size, static_cast<std::size_t>(step.size))
              : 0.0f;
    }
  }
  for (std::int64_t h = 0; h < step.heads; ++h) {
    float* const weights = step.scores + h * step.visible;
    const RowNorm norm = raise_scores({weights, step.visible, step.visible});
    if (step.log_sum_exp) step.log_sum_exp[h] = norm.log_sum_exp;
    scale_row(weights, step.visible, norm.inverse);
  }
  if (!step.result) return;
  for (std::int64_t h = 0; h < step.heads; ++h) {
    for (std::int64_t c = 0; c < step.size; c += block) {
      const std::int64_t column = h * step.size + c;
      sum_columns(step, step.scores + h * step.visible, column,
                  static_cast<std::size_t>(std::min(block, step.size - c)), step.result + column);
    }
  }
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(attend_step_vector);

void attend_step(const AttentionStep& step) {
  HWY_DYNAMIC_DISPATCH(attend_step_vector)(step);
}

}  // namespace heed::onednn
#endif
