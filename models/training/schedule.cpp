#include <algorithm>
#include <cmath>

#include <heed/models/training/schedule.h>

namespace heed {

double warmup_schedule(std::int64_t step, std::int64_t width, std::int64_t warmup, double scale) {
  const auto n = static_cast<double>(step);
  const auto rise = n * std::pow(static_cast<double>(warmup), -1.5);
  return scale * std::pow(static_cast<double>(width), -0.5) * std::min(1 / std::sqrt(n), rise);
}

double learning_rate(const TrainingRecipe& recipe, std::int64_t width, std::int64_t step,
                     std::int64_t epoch) {
  const Schedule& schedule = recipe.schedule;
  switch (schedule.kind) {
    case Schedule::Kind::warmup:
      break;
    case Schedule::Kind::constant:
      return schedule.rate;
    case Schedule::Kind::halving:
      return schedule.rate *
             std::exp2(-static_cast<double>(std::max<std::int64_t>(0, epoch - schedule.halve_after + 1)));
  }
  return warmup_schedule(step, width, recipe.warmup, recipe.rate_scale);
}

}  // namespace heed
