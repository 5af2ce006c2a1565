// Learning rates by step.
#pragma once

#include <cstdint>

#include <heed/models/training/recipe.h>

namespace heed {

// Vaswani et al. 2017, equation 3, times `scale`: width^-0.5 * min(step^-0.5, step * warmup^-1.5), step
// from 1.
double warmup_schedule(std::int64_t step, std::int64_t width, std::int64_t warmup, double scale = 1);

// The learning rate of step `step` (from 1) of a recipe, in its epoch `epoch` (from 0), for a model of this
// width.
double learning_rate(const TrainingRecipe& recipe, std::int64_t width, std::int64_t step, std::int64_t epoch);

}  // namespace heed
