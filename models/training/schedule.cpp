#include <algorithm>
#include <cmath>

#include <heed/models/training/schedule.h>

namespace heed {

double warmup_schedule(std::int64_t step, std::int64_t width, std::int64_t warmup, double scale) {
  const auto n = static_cast<double>(step);
  const auto rise = n * std::pow(static_cast<double>(warmup), -1.5);
  return scale * std::pow(static_cast<double>(width), -0.5) * std::min(1 / std::sqrt(n), rise);
}

}  // namespace heed
