#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/topk_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/topk_rows.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {

std::int64_t find_larger_vector(const float* x, std::int64_t from, std::int64_t size, float bound) {
  const Floats d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto limit = hn::Set(d, bound);
  const auto within = [&](std::int64_t i) HWY_ATTR { return hn::Le(hn::LoadU(d, x + i), limit); };
  std::int64_t i = from;
  for (; i + 4 * lanes <= size; i += 4 * lanes) {
    const auto low = hn::And(within(i), within(i + lanes));
    const auto high = hn::And(within(i + 2 * lanes), within(i + 3 * lanes));
    if (!hn::AllTrue(d, hn::And(low, high))) break;
  }
  for (; i + lanes <= size; i += lanes) {
    const auto larger = hn::Not(within(i));
    if (!hn::AllFalse(d, larger)) return i + static_cast<std::int64_t>(hn::FindFirstTrue(d, larger));
  }
  while (i < size && x[i] <= bound) ++i;
  return i;
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(find_larger_vector);

std::int64_t find_larger(const float* x, std::int64_t from, std::int64_t size, float bound) {
  return HWY_DYNAMIC_DISPATCH(find_larger_vector)(x, from, size, bound);
}

}  // namespace heed::onednn
#endif
